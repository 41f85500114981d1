# SPDX-License-Identifier: Apache-2.0
# SBCs are known by their certificates, and send OPTIONS, not REGISTER.
[Profile]
Title=Microsoft Teams Direct Routing

[Service]
Domains=sip.pstnhub.microsoft.com;sip2.pstnhub.microsoft.com;sip3.pstnhub.microsoft.com;sip-all.pstnhub.microsoft.com
Ports=5061
Transports=tls
Registers=no
