# SPDX-License-Identifier: Apache-2.0
[Profile]
Title=Cisco phones

[Provisioning]
Hosts=activate.cisco.com
UserAgents=Cisco-CP-*;Cisco/SPA*;Cisco-PHONE-*;Cisco-DP-*;Cisco-VA-*
Paths=*SEP############.cnf.xml;*SEP############.xml;*CTLSEP############.tlv;*ITLSEP############.tlv;*XMLDefault.cnf.xml;*/####-3PCC.xml;*/CP-####-3PCC.xml;*/spa###*.cfg
OptionalPaths=*CTLSEP############.tlv;*ITLSEP############.tlv;*ITLFile.tlv;*/SEP############.cnf.xml.sgn;*/dialplan.xml
