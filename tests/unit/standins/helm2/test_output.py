from __future__ import annotations

from helm2.output import as_helm2

STATUS = """\
NAME: hasty-koala
LAST DEPLOYED: Tue Nov 24 13:00:00 2026
NAMESPACE: default
STATUS: deployed
REVISION: 1
RESOURCES:
==> v1/StorageClass
NAME                   PROVISIONER   AGE
nfs-client (default)   cluster.local/hasty-koala-nfs-client-provisioner   0s


TEST SUITE: None
NOTES:
status: all is well
REVISION: the second
"""

AS_HELM_2 = """\
NAME:   hasty-koala
LAST DEPLOYED: Tue Nov 24 13:00:00 2026
NAMESPACE: default
STATUS: DEPLOYED

RESOURCES:
==> v1/StorageClass
NAME                   PROVISIONER   AGE
nfs-client (default)   cluster.local/hasty-koala-nfs-client-provisioner   0s

NOTES:
status: all is well
REVISION: the second
"""


def test_the_heading_is_helm_2_s_and_the_rest_stays():
    assert as_helm2(STATUS) == AS_HELM_2


def test_what_is_no_status_is_left_as_it_is():
    assert as_helm2("something else\n") == "something else\n"
