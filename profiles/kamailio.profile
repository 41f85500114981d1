# SPDX-License-Identifier: Apache-2.0
# The defaults of its registrar: min_expires 60, default_expires 3600.
[Profile]
Title=Kamailio

[Service]
Ports=5060;5061
Granted=60-3600
