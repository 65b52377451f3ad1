"""Who may mount what from the lab's NFS server, from `/etc/exports` to the server in force.

In the container nfs-utils' own `exportfs` reads `/etc/exports`; its table, `etab`, is what the server is
configured from. The host reads a user's file by `reading`, before the lab has it. Standard library only.
"""
