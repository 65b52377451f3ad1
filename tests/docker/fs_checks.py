"""What a mounted file system must do, run inside a container: `python3 fs_checks.py MOUNT SAME_EXPORT_AGAIN`.

Standard library only, so unittest's own assertions; pytest does not collect it, test_mount_nfs.py runs it.
"""

# ruff: noqa: PT009, PT027, PTH115, PTH208

from __future__ import annotations

import errno
import fcntl
import mmap
import os
import shutil
import socket
import stat
import sys
import tempfile
import threading
import time
import unittest
from collections.abc import Callable, Sequence
from pathlib import Path

PATIENCE = 5.0
"""Seconds; names and attributes are cached for one."""


def as_user(uid: int, gid: int, groups: Sequence[int], act: Callable[[], object]) -> int:
    """Do *act* as another user; return the errno it ended with, 0 where it succeeded."""
    child = os.fork()
    if child == 0:
        try:
            os.setgroups(groups)
            os.setgid(gid)
            os.setuid(uid)
            act()
        except OSError as error:
            os._exit(error.errno or 255)
        except BaseException:  # noqa: BLE001 -- a forked child must never return into the tests
            os._exit(255)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


class Mounted(unittest.TestCase):
    here = there = Path()
    """The same export, mounted twice."""

    def setUp(self) -> None:
        self.top = Path(tempfile.mkdtemp(dir=self.here))
        self.again = self.there / self.top.name
        self.top.chmod(0o755)
        os.umask(0o022)
        self.addCleanup(shutil.rmtree, self.top)

    def fails(self, number: int, act: Callable[..., object], *args: object) -> None:
        with self.assertRaises(OSError) as caught:
            act(*args)
        self.assertEqual(errno.errorcode[number], errno.errorcode[caught.exception.errno])

    def comes(self, what: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not what():
            self.assertLess(time.monotonic(), deadline, "not seen in time")
            time.sleep(0.02)


class Files(Mounted):
    def test_write_append_truncate(self) -> None:
        file = self.top / "f"
        file.write_bytes(b"hello")
        with file.open("ab") as more:
            more.write(b" world")
        self.assertEqual(b"hello world", file.read_bytes())
        os.truncate(file, 100_000)
        self.assertEqual(b"hello world" + bytes(99_989), file.read_bytes())
        os.truncate(file, 3)
        self.assertEqual(b"hel", file.read_bytes())
        file.write_bytes(b"")
        self.assertEqual(0, file.stat().st_size)

    def test_sparse_beyond_four_gib(self) -> None:
        with (self.top / "f").open("w+b") as file:
            file.seek(5 << 30)
            file.write(b"end")
            file.flush()
            os.fsync(file.fileno())
            self.assertEqual((5 << 30) + 3, os.fstat(file.fileno()).st_size)
            file.seek(5 << 30)
            self.assertEqual(b"end", file.read())

    def test_large_content_and_a_change_in_the_middle(self) -> None:
        file, content = self.top / "f", bytearray(os.urandom(3_333_333))
        file.write_bytes(content)
        self.assertEqual(content, file.read_bytes())
        content[1_000_000:1_000_010] = b"Q" * 10
        with file.open("r+b") as middle:
            middle.seek(1_000_000)
            middle.write(b"Q" * 10)
        self.assertEqual(content, file.read_bytes())

    def test_names(self) -> None:
        for name in ("a b", "ü€😀", "-x", "a\nb", "...", "'\"\\", "*?", "n" * 255):
            with self.subTest(name):
                (self.top / name).write_text(name)
                self.assertEqual([name], os.listdir(self.top))
                self.assertEqual(name, (self.top / name).read_text())
                (self.top / name).unlink()
        self.fails(errno.ENAMETOOLONG, (self.top / ("n" * 256)).touch)

    def test_refusals(self) -> None:
        file = self.top / "f"
        file.touch()
        self.fails(errno.EEXIST, os.open, file, os.O_CREAT | os.O_EXCL | os.O_RDWR)
        self.fails(errno.ENOENT, os.open, self.top / "none", os.O_RDONLY)
        self.fails(errno.EISDIR, os.open, self.top, os.O_RDWR)
        self.fails(errno.ENOTDIR, os.stat, file / "x")

    def test_a_handle_outlives_rename_chmod_and_unlink(self) -> None:
        handle = os.open(self.top / "one", os.O_CREAT | os.O_RDWR)
        os.close(os.open(self.top / "one", os.O_RDONLY))
        os.write(handle, b"abc")
        (self.top / "one").rename(self.top / "two")
        (self.top / "two").chmod(0)
        os.write(handle, b"def")
        (self.top / "two").unlink()
        os.write(handle, b"ghi")
        self.assertEqual(b"abcdefghi", os.pread(handle, 100, 0))
        os.close(handle)
        self.comes(lambda: os.listdir(self.top) == [])

    def test_mapped_writes(self) -> None:
        with (self.top / "f").open("w+b") as file:
            file.truncate(8192)
            with mmap.mmap(file.fileno(), 8192) as mapped:
                mapped[4096:4100] = b"mmap"
                mapped.flush()
            file.seek(4096)
            self.assertEqual(b"mmap", file.read(4))

    def test_eight_threads(self) -> None:
        wrong: list[str] = []

        def work(number: int) -> None:
            for turn in range(20):
                file = self.top / f"{number}-{turn}"
                file.write_text(file.name * 1000)
                if file.rename(f"{file}r").read_text() != file.name * 1000:
                    wrong.append(file.name)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([], wrong)
        self.assertEqual(160, len(os.listdir(self.top)))


class Attributes(Mounted):
    def test_modes_owners_and_times(self) -> None:
        (self.top / "file").touch()
        (self.top / "folder").mkdir()
        for path in self.top.iterdir():
            with self.subTest(path.name):
                path.chmod(0o4751)
                self.assertEqual(0o4751, mode(path))
                os.chown(path, 1234, 2345)
                os.chown(path, -1, 77)
                self.assertEqual((1234, 77), (path.stat().st_uid, path.stat().st_gid))
                times = (1_000_000_000_123456789, 1_500_000_000_987654321)
                os.utime(path, ns=times)
                self.assertEqual(times, (path.stat().st_atime_ns, path.stat().st_mtime_ns))
                os.utime(path)
                self.assertAlmostEqual(time.time(), path.stat().st_mtime, delta=3)

    def test_links(self) -> None:
        file, link, hard = self.top / "file", self.top / "link", self.top / "hard"
        file.write_text("text")
        link.symlink_to("file")
        hard.hardlink_to(file)
        self.assertEqual(("file", "text"), (os.readlink(link), link.read_text()))
        self.assertEqual((file.stat().st_ino, 2), (hard.stat().st_ino, hard.stat().st_nlink))
        for target in ("/abs/" + "y" * 1000, "z" * 4090):
            link.unlink()
            link.symlink_to(target)
            self.assertEqual(target, os.readlink(link))

    def test_special_files(self) -> None:
        os.mkfifo(self.top / "fifo")
        self.assertTrue(stat.S_ISFIFO((self.top / "fifo").stat().st_mode))
        os.mknod(self.top / "null", 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        self.assertEqual(os.makedev(1, 3), (self.top / "null").stat().st_rdev)
        os.chdir(self.top)
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind("socket")
        os.chdir("/")
        self.assertTrue(stat.S_ISSOCK((self.top / "socket").stat().st_mode))

    def test_room(self) -> None:
        room = os.statvfs(self.top)
        self.assertGreater(room.f_blocks * room.f_frsize, 1 << 30)
        self.assertTrue(0 < room.f_bavail <= room.f_bfree <= room.f_blocks)
        self.assertGreaterEqual(room.f_namemax, 255)


class Folders(Mounted):
    def test_rename_and_remove(self) -> None:
        full, file = self.top / "full", self.top / "file"
        (full / "inner").mkdir(parents=True)
        file.write_text("new")
        (self.top / "old").write_text("old")
        file.rename(self.top / "old")
        self.assertEqual("new", (self.top / "old").read_text())
        self.fails(errno.ENOTEMPTY, os.rmdir, full)
        self.fails(errno.EISDIR, os.unlink, full)
        self.fails(errno.EEXIST, os.mkdir, full)
        self.fails(errno.EINVAL, os.rename, full, full / "inner" / "self")
        self.fails(errno.EISDIR, os.rename, self.top / "old", full)
        self.assertEqual(3, full.stat().st_nlink)
        (full / "inner").rmdir()
        self.assertEqual([], os.listdir(full))

    def test_sixty_levels(self) -> None:
        deep = self.top.joinpath(*(f"d{level}" for level in range(60)))
        deep.mkdir(parents=True)
        (deep / "file").write_text("deep")
        self.assertEqual("deep", (deep / "file").rename(self.top / "up").read_text())

    def test_three_thousand_entries(self) -> None:
        names = {f"file-with-a-name-{number:05}" for number in range(3000)}
        for name in names:
            (self.top / name).touch()
        seen = os.listdir(self.top)
        self.assertEqual((names, 3000), (set(seen), len(seen)))


class Users(Mounted):
    def test_what_a_user_makes_is_the_users(self) -> None:
        self.top.chmod(0o1777)

        def make() -> None:
            os.umask(0o027)
            (self.top / "file").touch()
            (self.top / "folder").mkdir()
            (self.top / "link").symlink_to("x")

        self.assertEqual(0, as_user(1000, 1001, [], make))
        self.assertEqual({(1000, 1001)}, {(p.lstat().st_uid, p.lstat().st_gid) for p in self.top.iterdir()})
        self.assertEqual((0o640, 0o750), (mode(self.top / "file"), mode(self.top / "folder")))
        self.assertIn(as_user(1002, 1002, [], (self.top / "file").unlink), (errno.EPERM, errno.EACCES))
        self.assertEqual(0, as_user(1000, 1001, [], (self.top / "file").unlink))

    def test_modes_are_kept_for_others_and_groups(self) -> None:
        shared = self.top / "shared"
        shared.mkdir()
        os.chown(shared, 0, 2000)
        shared.chmod(0o2770)
        self.assertEqual(errno.EACCES, as_user(1000, 1001, [], lambda: os.listdir(shared)))
        self.assertEqual(errno.EPERM, as_user(1000, 1001, [], lambda: os.chown(self.top, 1000, 1001)))
        self.assertEqual(0, as_user(1000, 1001, [2000], (shared / "file").touch))
        self.assertEqual(2000, (shared / "file").stat().st_gid)

    def test_a_read_only_file_may_be_written_by_who_makes_it(self) -> None:
        self.top.chmod(0o777)

        def make() -> None:
            handle = os.open(self.top / "file", os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o400)
            os.write(handle, b"1")
            os.close(handle)

        self.assertEqual(0, as_user(1000, 1001, [], make))
        self.assertEqual(("1", 0o400), ((self.top / "file").read_text(), mode(self.top / "file")))


class TwoMounts(Mounted):
    def test_each_sees_what_the_other_does(self) -> None:
        mine, theirs = self.top / "file", self.again / "file"
        mine.write_text("one")
        self.assertEqual("one", theirs.read_text())
        with theirs.open("a") as more:
            more.write("two")
        self.comes(lambda: mine.read_text() == "onetwo")
        with mine.open("rb") as reading:
            reading.read()
            with theirs.open("a") as more:
                more.write("three")
            self.comes(lambda: reading.read() == b"three")
        theirs.rename(self.again / "moved")
        self.comes(lambda: not mine.exists())
        self.assertEqual("onetwothree", (self.top / "moved").read_text())

    def test_locks_hold_within_a_mount(self) -> None:
        (self.top / "file").touch()
        with (self.top / "file").open("r+b") as one, (self.top / "file").open("r+b") as other:
            fcntl.flock(one, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.fails(errno.EAGAIN, fcntl.flock, other, fcntl.LOCK_EX | fcntl.LOCK_NB)
            fcntl.flock(one, fcntl.LOCK_UN)
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


if __name__ == "__main__":
    Mounted.there, Mounted.here = Path(sys.argv.pop()), Path(sys.argv.pop())
    unittest.main()
