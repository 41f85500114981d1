# SPDX-License-Identifier: Apache-2.0
# The defaults of res_pjsip: minimum_expiration, maximum_expiration.
[Profile]
Title=Asterisk

[Service]
Ports=5060;5061;8088;8089
Expires=60-7200
Granted=60-7200
