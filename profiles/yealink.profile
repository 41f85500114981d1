# SPDX-License-Identifier: Apache-2.0
[Profile]
Title=Yealink phones

[Provisioning]
Hosts=rps.yealink.com;*.rps.yealink.com
UserAgents=Yealink *;yealink *
Paths=*y000000000###.cfg;*y000000000000.boot
OptionalPaths=*y000000000000.boot;*############.boot
