# SPDX-License-Identifier: Apache-2.0
[Profile]
Title=Snom phones

[Provisioning]
Hosts=secure-provisioning.snom.com;provisioning.snom.com
UserAgents=snom*;Mozilla/?.0 (compatible\; snom*
Paths=*snom*-############.htm;*snom*-############.xml
OptionalPaths=*snom*.htm
