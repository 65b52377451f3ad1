from __future__ import annotations

import json
import os

import pytest

from lab.parts.collector import ask, podwatch
from lab.parts.collector.addresses import PODS, Copied, new_lines
from lab.parts.collector.books import Book
from lab.parts.collector.spaces import Space


class TestBook:
    def test_a_cut_off_line_spoils_no_other(self, tmp_path):
        path = tmp_path / "names.jsonl"
        path.write_text('{"a": 1}\n{"b": ')

        Book(path).add(['{"c": 3}', '{"d": 4}'])

        assert list(Book(path).read()) == [{"a": 1}, {"c": 3}, {"d": 4}]

    def test_one_that_is_long_is_turned_over_under_its_writer(self, tmp_path):
        path = tmp_path / "names.jsonl"
        book = Book(path, turned_bytes=20, kept=2)
        path.touch()
        path.chmod(0o666)
        writer = os.open(path, os.O_WRONLY | os.O_APPEND)
        dropped = []
        for number in range(4):
            book.add([json.dumps({"time": str(number), "text": "x" * 20})])
            dropped.append(book.turn(number))
        os.write(writer, b'{"late": true}\n')
        os.close(writer)

        assert dropped == [
            None,
            None,
            {"event": "dropped", "book": "names", "lines": 1, "until": "0"},
            {"event": "dropped", "book": "names", "lines": 1, "until": "1"},
        ]
        assert [line.get("time") for line in book.read()] == ["2", "3"]
        assert path.stat().st_mode & 0o777 == 0o666

    def test_a_short_one_and_none_at_all_stay(self, tmp_path):
        assert Book(tmp_path / "none.jsonl").turn(1) is None
        Book(tmp_path / "short.jsonl").add(["{}"])
        assert Book(tmp_path / "short.jsonl").turn(1) is None
        assert [one.name for one in tmp_path.iterdir()] == ["short.jsonl"]


class TestNewLines:
    @pytest.fixture
    def path(self, tmp_path):
        path = tmp_path / PODS.lstrip("/")
        path.parent.mkdir(parents=True)
        return path

    def test_lines_are_copied_once_with_their_node_and_half_a_line_waits(self, tmp_path, path):
        path.write_text('{"command": "ADD"}\nno json\n{"command": ')
        lines, copied = new_lines(tmp_path, "localnode-2", Copied())
        assert lines == [{"command": "ADD", "node": "localnode-2"}]
        assert new_lines(tmp_path, "localnode-2", copied) == ([], copied)

        with path.open("a") as content:
            content.write('"DEL"}\n')
        assert new_lines(tmp_path, "n", copied)[0] == [{"command": "DEL", "node": "n"}]

    def test_a_line_of_another_kind_is_not_copied(self, tmp_path, path):
        path.write_text(
            '{"event": "acknowledged"}\n{"command": "ADD", "event": "acknowledged", "node": "x"}\n[1]\n'
        )

        assert new_lines(tmp_path, "n", Copied())[0] == [{"command": "ADD", "node": "n"}]

    def test_another_file_is_read_from_its_beginning(self, tmp_path, path):
        path.write_text('{"command": "ADD"}\n')
        _, copied = new_lines(tmp_path, "n", Copied())
        path.rename(path.with_suffix(".old"))
        path.write_text('{"command": "DEL"}\n')

        assert new_lines(tmp_path, "n", copied)[0] == [{"command": "DEL", "node": "n"}]

    def test_a_node_without_one_has_none(self, tmp_path):
        assert new_lines(tmp_path, "n", Copied(3, 4)) == ([], Copied(3, 4))


class TestPods:
    def test_what_kubectl_prints_is_read(self):
        line = '"MODIFIED" "default" "x" "u-1" "localnode-2" true "10.142.18.4" "2001:db8::4"\n'

        assert podwatch.read(line) == {
            "event": "pod",
            "what": "modified",
            "namespace": "default",
            "name": "x",
            "uid": "u-1",
            "node": "localnode-2",
            "host_network": True,
            "addresses": ["10.142.18.4", "2001:db8::4"],
        }

    @pytest.mark.parametrize("line", ["", "error: no server\n", '"ADDED" "default"\n', '"a" "b\n'])
    def test_what_it_prints_else_is_none(self, line):
        assert podwatch.read(line) is None

    def test_the_control_plane_is_where_its_credentials_are(self):
        here = Space("localnode-1", os.getpid(), "t")

        assert (
            list(podwatch.control_planes((Space("wall", None, "t"), Space("gone", 2**22 + 1, "t"), here)))
            == []
        )


class TestAsking:
    def test_a_collector_that_does_not_answer_is_told(self, tmp_path):
        assert "No such file" in (ask.reading(str(tmp_path / "none")) or "")

    def test_who_asks_hears_when_it_is_done(self, tmp_path):
        path = str(tmp_path / "socket")
        with ask.listening(path) as listener:
            import threading  # noqa: PLC0415

            def answer():
                with listener.accept()[0] as one:
                    one.sendall(b"{}")

            thread = threading.Thread(target=answer)
            thread.start()
            assert ask.reading(path) is None
            thread.join()
