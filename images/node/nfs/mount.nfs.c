/*
 * mount.nfs - mounts an NFSv4 export through FUSE, for kernels that have no NFS client.
 *
 *   gcc -O2 -Wall -o mount.nfs mount.nfs.c $(pkg-config --cflags --libs fuse3 libnfs)
 *
 * Installed as /sbin/mount.nfs (and mount.nfs4) it is what mount(8) runs for "-t nfs". libfuse does the
 * kernel side, libnfs the RPC messages and the XDR coding of NFSv4.0 COMPOUNDs. libnfs' own NFSv4 file
 * calls (nfs_open() and so on) are not used: they fail beyond 4096 bytes, share one open owner and never renew a lease. Each operation is one COMPOUND that starts
 * at the export's root or at a file handle. READ, WRITE and SETATTR use the anonymous stateid, so the
 * server holds no open files, locks or leases for us and may restart at any time.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#define FUSE_USE_VERSION 31
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <sys/random.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include <nfsc/libnfs-zdr.h>
#include <nfsc/libnfs.h>
#include <nfsc/libnfs-raw.h>
#include <nfsc/libnfs-raw-nfs4.h>

/* In libnfs.so.13 but not in its headers. The public rpc_nfs4_compound_async() encodes into a buffer of
 * 4096 bytes, which is too small for a WRITE; rpc_allocate_pdu2() can be told to use a larger one. */
struct rpc_pdu { struct rpc_pdu *next; uint32_t xid; ZDR zdr; /* and more */ };
struct rpc_pdu *rpc_allocate_pdu2(struct rpc_context *, int program, int version, int procedure, rpc_cb, void *arg,
                                  zdrproc_t decode, int decoded_size, size_t more_encode_space);
int rpc_queue_pdu(struct rpc_context *, struct rpc_pdu *);

enum { MAX_OPS = 96, MAX_IO = 512 << 10, DIR_IO = 64 << 10, BLOCK = 4096 };

struct file { uint32_t len; char fh[NFS4_FHSIZE]; int dirty; };
struct attrs { uint32_t mask[2], len; char val[256]; };         /* attributes to set */

struct req {                                                    /* a COMPOUND and its results */
    int n, done;
    nfs_argop4 op[MAX_OPS];
    nfsstat4 status;
    struct stat st;                                             /* of GETATTR */
    struct statvfs fs;
    struct file *file;                                          /* of GETFH */
    char *buf;                                                  /* of READ and READLINK */
    uint32_t size;                                              /* of buf; of what was read or written */
    int eof;
    OPEN4resok opened;
    SETCLIENTID4resok client;
    void *dir;                                                  /* of READDIR: where filler() puts names */
    fuse_fill_dir_t filler;
    enum fuse_fill_dir_flags plus;
    READDIR4args next;
};

static struct rpc_context *rpc;                                 /* NULL while disconnected */
static char *server, *port = "2049";
static const char *why;                                         /* connect_server() failed */
static struct file root;                                        /* the export */
static uint64_t clientid;
static int patience = 10, down;                                 /* seconds to wait for an answer */
static double cache = 1;                                        /* seconds the kernel caches attributes and names */
#define LOW(attr) (1u << (attr))
#define HIGH(attr) (1u << ((attr) - 32))
static uint32_t stat_attrs[2] = { LOW(FATTR4_TYPE) | LOW(FATTR4_SIZE) | LOW(FATTR4_FILEID),
    HIGH(FATTR4_MODE) | HIGH(FATTR4_NUMLINKS) | HIGH(FATTR4_OWNER) | HIGH(FATTR4_OWNER_GROUP) | HIGH(FATTR4_RAWDEV) |
    HIGH(FATTR4_SPACE_USED) | HIGH(FATTR4_TIME_ACCESS) | HIGH(FATTR4_TIME_METADATA) | HIGH(FATTR4_TIME_MODIFY) };
static uint32_t statfs_attrs[2] = {
    LOW(FATTR4_FILES_AVAIL) | LOW(FATTR4_FILES_FREE) | LOW(FATTR4_FILES_TOTAL) | LOW(FATTR4_MAXNAME),
    HIGH(FATTR4_SPACE_AVAIL) | HIGH(FATTR4_SPACE_FREE) | HIGH(FATTR4_SPACE_TOTAL) };

/* ---- attributes ---------------------------------------------------------------------------------- */

static void put32(struct attrs *a, uint32_t v) { v = htonl(v); memcpy(a->val + a->len, &v, 4); a->len += 4; }
static void put64(struct attrs *a, uint64_t v) { put32(a, v >> 32); put32(a, v); }

/* These are to be called in the order of the attributes' numbers. */
static void put_size(struct attrs *a, uint64_t size) { a->mask[0] |= LOW(FATTR4_SIZE); put64(a, size); }
static void put_mode(struct attrs *a, mode_t mode) { a->mask[1] |= HIGH(FATTR4_MODE); put32(a, mode & 07777); }

static void put_id(struct attrs *a, int attr, uint32_t id)
{
    if (id == (uint32_t)-1)
        return;
    a->mask[1] |= HIGH(attr);
    char s[16] = "";
    int len = sprintf(s, "%u", id);
    put32(a, len);
    memcpy(a->val + a->len, s, 12);
    a->len += (len + 3) & ~3;
}

static void put_time(struct attrs *a, int attr, const struct timespec *t)
{
    if (t->tv_nsec == UTIME_OMIT)
        return;
    a->mask[1] |= HIGH(attr);
    put32(a, t->tv_nsec == UTIME_NOW ? SET_TO_SERVER_TIME4 : SET_TO_CLIENT_TIME4);
    if (t->tv_nsec != UTIME_NOW)
        put64(a, t->tv_sec), put32(a, t->tv_nsec);
}

static fattr4 encoded(struct attrs *a) { return (fattr4){ { 2, a->mask }, { a->len, a->val } }; }

static uint32_t get32(const uint8_t **p) { uint32_t v; memcpy(&v, *p, 4); *p += 4; return ntohl(v); }
static uint64_t get64(const uint8_t **p) { uint64_t hi = get32(p); return hi << 32 | get32(p); }
static void get_time(const uint8_t **p, struct timespec *t) { t->tv_sec = get64(p); t->tv_nsec = get32(p); }

static uint32_t get_id(const uint8_t **p)                       /* a number; nobody, if it is a name */
{
    uint32_t len = get32(p), id = 0, i;
    for (i = 0; i < len && (*p)[i] >= '0' && (*p)[i] <= '9'; i++)
        id = id * 10 + (*p)[i] - '0';
    *p += (len + 3) & ~3;
    return len && i == len ? id : 65534;
}

/* Decodes what the server sent of stat_attrs or statfs_attrs. */
static void get_attrs(fattr4 *fa, struct stat *st, struct statvfs *fs)
{
    static const mode_t types[8] = { 0, S_IFREG, S_IFDIR, S_IFBLK, S_IFCHR, S_IFLNK, S_IFSOCK, S_IFIFO };
    const uint8_t *data = (uint8_t *)fa->attr_vals.attrlist4_val, **p = &data;

    st->st_blksize = 128 << 10;
    fs->f_bsize = fs->f_frsize = BLOCK;
    for (unsigned b = 0, major; b < fa->attrmask.bitmap4_len * 32; b++) {
        if (!(fa->attrmask.bitmap4_val[b / 32] >> b % 32 & 1))
            continue;
        switch (b) {
        case FATTR4_TYPE: st->st_mode |= types[get32(p) & 7]; break;
        case FATTR4_SIZE: st->st_size = get64(p); break;
        case FATTR4_FILEID: st->st_ino = get64(p); break;
        case FATTR4_MODE: st->st_mode |= get32(p); break;
        case FATTR4_NUMLINKS: st->st_nlink = get32(p); break;
        case FATTR4_OWNER: st->st_uid = get_id(p); break;
        case FATTR4_OWNER_GROUP: st->st_gid = get_id(p); break;
        case FATTR4_RAWDEV: major = get32(p); st->st_rdev = makedev(major, get32(p)); break;
        case FATTR4_SPACE_USED: st->st_blocks = (get64(p) + 511) / 512; break;
        case FATTR4_TIME_ACCESS: get_time(p, &st->st_atim); break;
        case FATTR4_TIME_METADATA: get_time(p, &st->st_ctim); break;
        case FATTR4_TIME_MODIFY: get_time(p, &st->st_mtim); break;
        case FATTR4_FILES_AVAIL: fs->f_favail = get64(p); break;
        case FATTR4_FILES_FREE: fs->f_ffree = get64(p); break;
        case FATTR4_FILES_TOTAL: fs->f_files = get64(p); break;
        case FATTR4_MAXNAME: fs->f_namemax = get32(p); break;
        case FATTR4_SPACE_AVAIL: fs->f_bavail = get64(p) / BLOCK; break;
        case FATTR4_SPACE_FREE: fs->f_bfree = get64(p) / BLOCK; break;
        case FATTR4_SPACE_TOTAL: fs->f_blocks = get64(p) / BLOCK; break;
        default: return;                                        /* not asked for, so of unknown length */
        }
    }
}

/* ---- COMPOUNDs ----------------------------------------------------------------------------------- */

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static int ms_until(double when) { return when > now() ? (when - now()) * 1000 + 1 : 0; }

/* libnfs could connect by itself, but tells neither why it failed nor gives up in time. */
static int connect_server(double until)
{
    struct addrinfo hint = { .ai_socktype = SOCK_STREAM }, *ai;
    int fd, one = 1, dead_ms = 5000, err = getaddrinfo(server, port, &hint, &ai);
    socklen_t len = sizeof err;

    if (err)
        return why = gai_strerror(err), -1;
    fd = socket(ai->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (ai->ai_family == AF_INET)
        bindresvport(fd, NULL);                                 /* "secure" exports want a port below 1024 */
    err = connect(fd, ai->ai_addr, ai->ai_addrlen) ? errno : 0;
    freeaddrinfo(ai);
    if (err == EINPROGRESS) {
        struct pollfd p = { .fd = fd, .events = POLLOUT };
        err = ETIMEDOUT;
        if (poll(&p, 1, ms_until(until)) == 1)
            getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len);
    }
    if (err || !(rpc = rpc_init_context()))
        return close(fd), why = strerror(err ? err : ENOMEM), -1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &dead_ms, sizeof dead_ms);   /* gone without a FIN */
    rpc_set_fd(rpc, fd);
    return 0;
}

static void take_dir(struct req *q, READDIR4resok *r)
{
    for (entry4 *e = r->reply.entries; e; e = e->nextentry) {
        struct stat st = { 0 };
        char name[256];
        snprintf(name, sizeof name, "%.*s", (int)e->name.utf8string_len, e->name.utf8string_val);
        get_attrs(&e->attrs, &st, &q->fs);
        q->filler(q->dir, name, &st, 0, q->plus);
        q->next.cookie = e->cookie;
    }
    memcpy(q->next.cookieverf, r->cookieverf, sizeof r->cookieverf);
    q->eof = r->reply.eof;
}

/* Keeps the results of the operations; libnfs frees them after this. */
static void got_reply(struct rpc_context *context, int status, void *data, void *arg)
{
    struct req *q = arg;
    COMPOUND4res *res = data;

    q->done = status == RPC_STATUS_SUCCESS ? 1 : -1;
    if (q->done < 0 || (q->status = res->status) != NFS4_OK)
        return;
    for (unsigned i = 0; i < res->resarray.resarray_len; i++) {
        nfs_resop4 *r = &res->resarray.resarray_val[i];
#define RESULT(name, type) (&r->nfs_resop4_u.name.type##_u.resok4)
        READ4resok *read = RESULT(opread, READ4res);
        linktext4 *link = &RESULT(opreadlink, READLINK4res)->link;
        nfs_fh4 *fh = &RESULT(opgetfh, GETFH4res)->object;

        switch ((int)r->resop) {
        case OP_GETATTR: get_attrs(&RESULT(opgetattr, GETATTR4res)->obj_attributes, &q->st, &q->fs); break;
        case OP_GETFH: memcpy(q->file->fh, fh->nfs_fh4_val, q->file->len = MIN(fh->nfs_fh4_len, NFS4_FHSIZE)); break;
        case OP_READ:
            memcpy(q->buf, read->data.data_val, q->size = MIN(read->data.data_len, q->size));
            q->eof = read->eof || !q->size;
            break;
        case OP_READLINK: snprintf(q->buf, q->size, "%.*s", (int)link->utf8string_len, link->utf8string_val); break;
        case OP_READDIR: take_dir(q, RESULT(opreaddir, READDIR4res)); break;
        case OP_WRITE: q->size = RESULT(opwrite, WRITE4res)->count; break;
        case OP_OPEN: q->opened = *RESULT(opopen, OPEN4res); break;
        case OP_OPEN_CONFIRM: q->opened.stateid = RESULT(opopen_confirm, OPEN_CONFIRM4res)->open_stateid; break;
        case OP_SETCLIENTID: q->client = *RESULT(opsetclientid, SETCLIENTID4res); break;
        }
    }
}

static int to_errno(nfsstat4 status)
{
    switch ((int)status) {                                      /* what nfsstat4_to_errno() gets wrong */
    case NFS4ERR_STALE: case NFS4ERR_FHEXPIRED: case NFS4ERR_BADHANDLE: return -ESTALE;
    case NFS4ERR_DQUOT: return -EDQUOT;
    case NFS4ERR_NOTSUPP: case NFS4ERR_ATTRNOTSUPP: return -EOPNOTSUPP;
    case NFS4ERR_SYMLINK: return -ELOOP;
    default: return nfsstat4_to_errno(status);
    }
}

/* Sends a COMPOUND and waits for its results, through reconnects and a server's grace period. */
static int call(struct req *q)
{
    double until = now() + (down ? 2 : patience);               /* found down before: do not hang each time */

    if (q->n > MAX_OPS)
        return -ENAMETOOLONG;
    for (;; usleep(100000)) {
        if (rpc || connect_server(down ? until : now() + 5) == 0) {
            COMPOUND4args args = { .argarray = { q->n, q->op } };
            struct rpc_pdu *pdu = rpc_allocate_pdu2(rpc, NFS4_PROGRAM, NFS_V4, NFSPROC4_COMPOUND, got_reply, q,
                (zdrproc_t)zdr_COMPOUND4res, sizeof(COMPOUND4res), MAX_IO);

            if (!pdu || !zdr_COMPOUND4args(&pdu->zdr, &args))
                return -ENOMEM;
            rpc_queue_pdu(rpc, pdu);
            for (q->done = 0; !q->done && now() < until; ) {
                struct pollfd p = { .fd = rpc_get_fd(rpc), .events = rpc_which_events(rpc) };
                if (poll(&p, 1, ms_until(until)) > 0 && rpc_service(rpc, p.revents) < 0)
                    break;
            }
            if (q->done == 1) {
                down = 0;
                if (q->status != NFS4ERR_DELAY && q->status != NFS4ERR_GRACE)
                    return to_errno(q->status);
            } else {
                rpc_destroy_context(rpc);                       /* calls got_reply(), if that is still to come */
                rpc = NULL;
            }
        }
        if (now() >= until)
            return down = !rpc, -EIO;
    }
}

static nfs_argop4 *add(struct req *q, nfs_opnum4 op)
{
    nfs_argop4 *o = &q->op[q->n < MAX_OPS ? q->n : MAX_OPS - 1];
    q->n++;                                                     /* call() refuses more than MAX_OPS */
    o->argop = op;
    return o;
}
#define ADD(q, OP, field) (&add(q, OP)->nfs_argop4_u.field)     /* adds an operation, gives its arguments */

static utf8string str(const char *s) { return (utf8string){ strlen(s), (char *)s }; }

static void put_fh(struct req *q, struct file *f) { ADD(q, OP_PUTFH, opputfh)->object = (nfs_fh4){ f->len, f->fh }; }

static void getattr(struct req *q, uint32_t *mask)
{
    ADD(q, OP_GETATTR, opgetattr)->attr_request = (bitmap4){ 2, mask };
}

/* Makes the first len bytes of path the current file. */
static void walk(struct req *q, const char *path, size_t len)
{
    if (root.len)
        put_fh(q, &root);
    else
        add(q, OP_PUTROOTFH);
    for (const char *end = path + len, *slash; path < end; path = slash + 1) {
        if (!(slash = memchr(path, '/', end - path)))
            slash = end;
        if (slash > path)
            ADD(q, OP_LOOKUP, oplookup)->objname = (utf8string){ slash - path, (char *)path };
    }
}

/* Makes the directory of path the current one and returns the name in it. */
static const char *walk_parent(struct req *q, const char *path)
{
    const char *name = strrchr(path, '/') + 1;
    walk(q, path, name - path);
    return name;
}

static void walk_to(struct req *q, const char *path, struct fuse_file_info *fi)
{
    if (fi && fi->fh)
        put_fh(q, (struct file *)fi->fh);
    else
        walk(q, path, strlen(path));
}

/* ---- file system operations ----------------------------------------------------------------------- */

static int op_getattr(const char *path, struct stat *st, struct fuse_file_info *fi)
{
    struct req q = { 0 };
    walk_to(&q, path, fi);
    getattr(&q, stat_attrs);
    int err = call(&q);
    *st = q.st;
    return err;
}

static int op_statfs(const char *path, struct statvfs *fs)
{
    struct req q = { 0 };
    walk(&q, "", 0);
    getattr(&q, statfs_attrs);
    int err = call(&q);
    *fs = q.fs;
    return err;
}

static int set_attrs(const char *path, struct fuse_file_info *fi, struct attrs *a)
{
    struct req q = { 0 };
    walk_to(&q, path, fi);
    ADD(&q, OP_SETATTR, opsetattr)->obj_attributes = encoded(a);
    return call(&q);
}

static int op_chmod(const char *path, mode_t mode, struct fuse_file_info *fi)
{
    struct attrs a = { 0 };
    put_mode(&a, mode);
    return set_attrs(path, fi, &a);
}

static int op_chown(const char *path, uid_t uid, gid_t gid, struct fuse_file_info *fi)
{
    struct attrs a = { 0 };
    put_id(&a, FATTR4_OWNER, uid);
    put_id(&a, FATTR4_OWNER_GROUP, gid);
    return set_attrs(path, fi, &a);
}

static int op_truncate(const char *path, off_t size, struct fuse_file_info *fi)
{
    struct attrs a = { 0 };
    put_size(&a, size);
    return set_attrs(path, fi, &a);
}

static int op_utimens(const char *path, const struct timespec t[2], struct fuse_file_info *fi)
{
    struct attrs a = { 0 };
    put_time(&a, FATTR4_TIME_ACCESS_SET, &t[0]);
    put_time(&a, FATTR4_TIME_MODIFY_SET, &t[1]);
    return set_attrs(path, fi, &a);
}

/* Mode and owner of a new object: to the server we are root, but the caller may be somebody else. */
static int new_attrs(struct attrs *a, const char *path, mode_t mode)
{
    struct fuse_context *caller = fuse_get_context();
    struct req dir = { 0 };
    walk_parent(&dir, path);
    getattr(&dir, stat_attrs);
    int err = call(&dir), setgid = dir.st.st_mode & S_ISGID;
    put_mode(a, S_ISDIR(mode) ? mode | setgid : mode);
    put_id(a, FATTR4_OWNER, caller->uid);
    put_id(a, FATTR4_OWNER_GROUP, setgid ? dir.st.st_gid : caller->gid);
    return err;
}

/* Anything but a regular file. */
static int make_node(const char *path, mode_t mode, nfs_ftype4 type, const char *target, dev_t dev)
{
    struct req q = { 0 };
    struct attrs a = { 0 };
    int err = new_attrs(&a, path, mode);
    const char *name = walk_parent(&q, path);
    createtype4 t = { .type = type };
    if (target)
        t.createtype4_u.linkdata = str(target);
    else
        t.createtype4_u.devdata = (specdata4){ major(dev), minor(dev) };
    *ADD(&q, OP_CREATE, opcreate) = (CREATE4args){ t, str(name), encoded(&a) };
    return err ? err : call(&q);
}

static int op_mkdir(const char *path, mode_t mode) { return make_node(path, mode | S_IFDIR, NF4DIR, NULL, 0); }
static int op_symlink(const char *target, const char *path) { return make_node(path, 0777, NF4LNK, target, 0); }

/* Introduces us to the server; OPEN wants that. A new verifier drops what state it had of us. */
static int set_clientid(void)
{
    static uint64_t id[2];                                      /* ours, as long as we live */
    struct req q = { 0 }, confirm = { 0 };
    SETCLIENTID4args *s = ADD(&q, OP_SETCLIENTID, opsetclientid);
    SETCLIENTID_CONFIRM4args *c = ADD(&confirm, OP_SETCLIENTID_CONFIRM, opsetclientid_confirm);

    if ((!id[0] && getrandom(id, sizeof id, 0) < 0) || getrandom(s->client.verifier, 8, 0) < 0)
        return -errno;
    s->client.id.id_len = sizeof id;
    s->client.id.id_val = (char *)id;
    s->callback.cb_location = (clientaddr4){ "tcp", "0.0.0.0.0.0" };   /* no callbacks, so no delegations */
    int err = call(&q);
    c->clientid = clientid = q.client.clientid;
    memcpy(c->setclientid_confirm, q.client.setclientid_confirm, 8);
    return err ? err : call(&confirm);
}

/* Makes a regular file. Only OPEN can do that, so open it and close it at once. */
static int make_file(const char *path, mode_t mode, int flags, struct file *f)
{
    static uint64_t owner;
    static uint32_t seqid;
    struct attrs a = { 0 };

    if (flags & O_TRUNC)
        put_size(&a, 0);
    for (int err = new_attrs(&a, path, mode), again = 0; !err; again++) {
        struct req q = { .file = f }, confirm = { 0 }, done = { 0 };
        const char *name = walk_parent(&q, path);
        OPEN4args *open = ADD(&q, OP_OPEN, opopen);

        *open = (OPEN4args){ seqid++, OPEN4_SHARE_ACCESS_WRITE, OPEN4_SHARE_DENY_NONE,
                             { clientid, { sizeof owner, (char *)&owner } }, { OPEN4_CREATE }, { CLAIM_NULL } };
        open->openhow.openflag4_u.how.mode = flags & O_EXCL ? GUARDED4 : UNCHECKED4;
        open->openhow.openflag4_u.how.createhow4_u.createattrs = encoded(&a);
        open->claim.open_claim4_u.file = str(name);
        add(&q, OP_GETFH);
        err = call(&q);
        nfsstat4 status = q.status;
        confirm.opened = q.opened;
        if (!err && q.opened.rflags & OPEN4_RESULT_CONFIRM) {   /* the server does not know this owner yet */
            put_fh(&confirm, f);
            *ADD(&confirm, OP_OPEN_CONFIRM, opopen_confirm) = (OPEN_CONFIRM4args){ q.opened.stateid, seqid++ };
            err = call(&confirm);
        }
        if (!err) {
            put_fh(&done, f);
            *ADD(&done, OP_CLOSE, opclose) = (CLOSE4args){ seqid++, confirm.opened.stateid };
            err = call(&done);
        }
        if (!err)
            return 0;
        owner++, seqid = 0;                                     /* a new owner needs no agreement on seqids */
        if ((status != NFS4ERR_STALE_CLIENTID && status != NFS4ERR_EXPIRED) || again)
            return err;
        err = set_clientid();                                   /* was idle for long, or the server restarted */
    }
    return -EIO;
}

static int op_create(const char *path, mode_t mode, struct fuse_file_info *fi)
{
    struct file *f = calloc(1, sizeof *f);
    int err = make_file(path, mode, fi->flags, f);
    fi->fh = (uintptr_t)f;
    if (err)
        free(f);
    return err;
}

static int op_mknod(const char *path, mode_t mode, dev_t dev)
{
    struct file f;
    switch (mode & S_IFMT) {
    case S_IFREG: return make_file(path, mode, O_EXCL, &f);
    case S_IFIFO: return make_node(path, mode, NF4FIFO, NULL, 0);
    case S_IFSOCK: return make_node(path, mode, NF4SOCK, NULL, 0);
    default: return make_node(path, mode, S_ISBLK(mode) ? NF4BLK : NF4CHR, NULL, dev);
    }
}

static int op_open(const char *path, struct fuse_file_info *fi)
{
    struct file *f = calloc(1, sizeof *f);
    struct req q = { .file = f };
    walk(&q, path, strlen(path));
    add(&q, OP_GETFH);
    int err = call(&q);
    fi->fh = (uintptr_t)f;
    if (!err && fi->flags & O_TRUNC)
        err = op_truncate(path, 0, fi);
    if (err)
        free(f);
    return err;
}

static int op_read(const char *path, char *buf, size_t size, off_t offset, struct fuse_file_info *fi)
{
    size_t done = 0;
    for (int eof = 0; done < size && !eof; ) {
        struct req q = { .buf = buf + done, .size = MIN(size - done, MAX_IO) };
        put_fh(&q, (struct file *)fi->fh);
        *ADD(&q, OP_READ, opread) = (READ4args){ { 0 }, offset + done, q.size };
        int err = call(&q);
        if (err)
            return err;
        done += q.size;
        eof = q.eof;
    }
    return done;
}

static int op_write(const char *path, const char *buf, size_t size, off_t offset, struct fuse_file_info *fi)
{
    struct file *f = (struct file *)fi->fh;
    for (size_t done = 0; done < size; ) {
        struct req q = { 0 };
        put_fh(&q, f);
        *ADD(&q, OP_WRITE, opwrite) = (WRITE4args){ { 0 }, offset + done, UNSTABLE4,
                                               { MIN(size - done, MAX_IO), (char *)buf + done } };
        int err = call(&q);
        if (err)
            return err;
        done += q.size;
        f->dirty = 1;
    }
    return size;
}

static int op_flush(const char *path, struct fuse_file_info *fi)  /* at close(): what was written is on disk then */
{
    struct file *f = (struct file *)fi->fh;
    struct req q = { 0 };
    if (!f->dirty)
        return 0;
    f->dirty = 0;
    put_fh(&q, f);
    add(&q, OP_COMMIT);
    return call(&q);
}

static int op_fsync(const char *path, int datasync, struct fuse_file_info *fi) { return op_flush(path, fi); }
static int op_release(const char *path, struct fuse_file_info *fi) { free((struct file *)fi->fh); return 0; }

static int op_readdir(const char *path, void *buf, fuse_fill_dir_t filler, off_t offset,
                      struct fuse_file_info *fi, enum fuse_readdir_flags flags)
{
    READDIR4args next = { .dircount = DIR_IO, .maxcount = DIR_IO, .attr_request = { 2, stat_attrs } };
    int err = 0;

    filler(buf, ".", NULL, 0, 0);
    filler(buf, "..", NULL, 0, 0);
    for (int eof = 0; !err && !eof; ) {
        struct req q = { .dir = buf, .filler = filler, .plus = flags & FUSE_READDIR_PLUS ? FUSE_FILL_DIR_PLUS : 0 };
        walk(&q, path, strlen(path));
        *ADD(&q, OP_READDIR, opreaddir) = q.next = next;
        err = call(&q);
        eof = q.eof;
        next = q.next;
    }
    return err;
}

static int op_remove(const char *path)
{
    struct req q = { 0 };
    const char *name = walk_parent(&q, path);
    ADD(&q, OP_REMOVE, opremove)->target = str(name);
    return call(&q);
}

static int op_rename(const char *from, const char *to, unsigned flags)
{
    struct req q = { 0 };
    const char *old = walk_parent(&q, from);
    add(&q, OP_SAVEFH);
    const char *new = walk_parent(&q, to);
    *ADD(&q, OP_RENAME, oprename) = (RENAME4args){ str(old), str(new) };
    return flags ? -EINVAL : call(&q);
}

static int op_link(const char *from, const char *to)
{
    struct req q = { 0 };
    walk(&q, from, strlen(from));
    add(&q, OP_SAVEFH);
    const char *name = walk_parent(&q, to);
    ADD(&q, OP_LINK, oplink)->newname = str(name);
    return call(&q);
}

static int op_readlink(const char *path, char *buf, size_t size)
{
    struct req q = { .buf = buf, .size = size };
    walk(&q, path, strlen(path));
    add(&q, OP_READLINK);
    return call(&q);
}

/* ---- the mount helper ----------------------------------------------------------------------------- */

static int ready[2];                                            /* a pipe to the parent, which waits for the mount */

static void *op_init(struct fuse_conn_info *conn, struct fuse_config *cfg)
{
    cfg->use_ino = 1;
    cfg->attr_timeout = cfg->entry_timeout = cache;
    conn->max_write = MAX_IO;
    patience = 60;
    if (write(ready[1], "", 1) == 1)                            /* the kernel talks to us: mounted */
        close(ready[1]);
    for (int null = open("/dev/null", O_RDWR), fd = 0; fd < 3; fd++)
        dup2(null, fd);                                         /* mount's caller may wait for the end of stderr */
    return NULL;
}

static const struct fuse_operations operations = {
    .init = op_init, .getattr = op_getattr, .statfs = op_statfs, .chmod = op_chmod, .chown = op_chown,
    .truncate = op_truncate, .utimens = op_utimens, .mkdir = op_mkdir, .symlink = op_symlink, .create = op_create,
    .mknod = op_mknod, .open = op_open, .read = op_read, .write = op_write, .flush = op_flush, .fsync = op_fsync,
    .release = op_release, .readdir = op_readdir, .unlink = op_remove, .rmdir = op_remove, .rename = op_rename,
    .link = op_link, .readlink = op_readlink,
};

static void fail(const char *spec, const char *what, const char *reason)
{
    fprintf(stderr, "mount.nfs: %s: %s%s%s\n", spec, what, reason ? ": " : "", reason ? reason : "");
    exit(32);
}

static int in(const char *list, const char *option)
{
    char word[32];
    snprintf(word, sizeof word, " %.*s ", (int)strcspn(option, "="), option);
    return strstr(list, word) != NULL;
}

/* Takes our options out of mount's and gives those for FUSE. */
static char *parse_options(const char *spec, char *options)
{
    static const char ignored[] = " vers nfsvers minorversion proto tcp sec addr clientaddr hard soft softerr softreval"
        " timeo retrans retry rsize wsize lock nolock local_lock ac acregmin acregmax acdirmin acdirmax cto nocto acl"
        " noacl intr nointr bg fg fsc nofsc lookupcache sharecache nosharecache resvport noresvport rdirplus nordirplus"
        " nconnect mountproto mountport mountvers mounthost mountaddr migration nomigration defaults atime diratime"
        " relatime norelatime strictatime auto noauto nofail user users nouser owner group _netdev comment ";
    char *fuse = NULL, *o;

    fuse_opt_add_opt(&fuse, "allow_other,default_permissions,subtype=nfs,suid,dev");
    while ((o = strsep(&options, ","))) {
        char *value = strchr(o, '=') ? strchr(o, '=') + 1 : "";
        if (in(" vers nfsvers ", o) && *value != '4')
            fail(spec, "only NFS version 4 is supported", o);
        else if (in(" port ", o))
            port = value;
        else if (in(" noac ", o))
            cache = 0;
        else if (in(" actimeo ", o))
            cache = atof(value);
        else if (in(" ro rw suid nosuid dev nodev exec noexec sync async dirsync noatime nodiratime ", o))
            fuse_opt_add_opt(&fuse, o);
        else if (*o && strncmp(o, "x-", 2) && !in(ignored, o))
            fail(spec, "bad option", o);
    }
    return fuse;
}

int main(int argc, char **argv)
{
    struct fuse_args args = FUSE_ARGS_INIT(0, NULL);
    struct fuse *fuse;
    struct req q = { .file = &root };
    char *options = NULL, *spec, *dir, *path, name[4096];
    int c, err, fake = 0;

    closefrom(3);                                               /* keep nothing of the caller's open */

    while ((c = getopt(argc, argv, "sfnvrwN:t:o:")) != -1)
        if (c == '?')
            return 1;
        else if (c == 'f')
            fake = 1;
        else if (c == 'o')
            options = strdup(optarg);
    if (argc - optind != 2)
        return fprintf(stderr, "usage: mount.nfs server:/path dir [-sfnv] [-o options]\n"), 1;
    spec = argv[optind];
    server = strdup(spec);
    if (!(path = strstr(server, ":/")))
        fail(spec, "not of the form server:/path", NULL);
    *path++ = 0;
    if (*server == '[' && path[-2] == ']')                      /* an IPv6 address */
        path[-2] = 0, server++;
    if (!(dir = realpath(argv[optind + 1], NULL)))
        fail(argv[optind + 1], "mount point", strerror(errno));
    options = parse_options(spec, options);
    snprintf(name, sizeof name, "fsname=%s", spec);
    fuse_opt_add_opt_escaped(&options, name);
    fuse_opt_add_arg(&args, "mount.nfs");
    fuse_opt_add_arg(&args, "-o");
    fuse_opt_add_arg(&args, options);
    if (fake)
        return 0;

    if (pipe2(ready, O_CLOEXEC) < 0 || (c = fork()) < 0)
        fail(spec, "fork", strerror(errno));
    if (c) {                                                    /* the child has told any error */
        close(ready[1]);
        return read(ready[0], name, 1) == 1 ? 0 : 32;
    }
    close(ready[0]);
    setsid();
    if (connect_server(now() + patience) < 0)
        fail(spec, "cannot reach the server", why);
    walk(&q, path, strlen(path));
    add(&q, OP_GETFH);
    getattr(&q, stat_attrs);
    if ((err = call(&q)) == -ENOENT)
        fail(spec, "no such export", NULL);
    if (err || (err = S_ISDIR(q.st.st_mode) ? set_clientid() : -ENOTDIR))
        fail(spec, err == -EIO ? "no answer from an NFSv4 server" : strerror(-err), NULL);
    if (!(fuse = fuse_new(&args, &operations, sizeof operations, NULL)) || fuse_mount(fuse, dir))
        fail(spec, "FUSE cannot mount on", dir);
    if (chdir("/") < 0 || fuse_set_signal_handlers(fuse_get_session(fuse)))
        fail(spec, "cannot run in the background", NULL);
    fuse_loop(fuse);                                            /* single threaded, as libnfs wants it */
    fuse_unmount(fuse);
    return 0;
}
