from __future__ import annotations

import stat
from pathlib import Path

from lab.builds import settings
from lab.builds.sources import Source
from lab.errors import ToolMissing
from tests.fakes import FakeShell, completed


def test_pip_s_index_reaches_the_build_and_the_host_s_paths_do_not():
    listing = (
        ":env:.index-url='http://env.test/simple'\n:env:.find-links='/opt/wheels'\n"
        "global.cert='/etc/ssl/host.crt'\nglobal.index-url='http://file.test/simple'\nglobal.timeout='9'\n"
    )

    assert (
        settings.pip_conf(listing, ca=True)
        == "[global]\nindex-url = http://env.test/simple\ntimeout = 9\ncert = /run/secrets/ca\n"
    )


def test_where_nothing_is_set_nothing_is_said():
    assert settings.pip_conf("", ca=False) == "[global]\n"
    assert settings.apt_conf("", ca=False) == ""
    assert settings.apt_sources((), "bookworm").startswith("#")


def test_apt_s_proxies_are_kept_and_the_rest_is_not():
    dump = (
        'Acquire "";\nAcquire::http::Proxy "http://proxy.test:3128";\n'
        'Acquire::http::Proxy::near.test "DIRECT";\nAcquire::Languages "none";\n'
    )

    assert settings.apt_conf(dump, ca=True).splitlines() == [
        'Acquire::http::Proxy "http://proxy.test:3128";',
        'Acquire::http::Proxy::near.test "DIRECT";',
        'Acquire::https::CAInfo "/run/secrets/ca";',
    ]


def test_a_suite_s_sources_are_the_host_s_mirror():
    mirror = Source("http://mirror.test/debian", ("bookworm",), ("main",))

    assert "Suites: trixie\n" in settings.apt_sources((mirror,), "trixie")


def test_the_bundle_named_by_the_environment_wins(tmp_path: Path):
    bundle = tmp_path / "own.pem"
    bundle.write_bytes(b"own")

    assert settings.ca_bundle({"SSL_CERT_FILE": str(bundle)}) == b"own"
    assert settings.ca_bundle({"SSL_CERT_FILE": str(tmp_path / "gone")}) != b"own"


def test_all_secrets_are_there_even_without_apt_or_pip():
    def nothing_there(argv: tuple[str, ...]):
        raise ToolMissing(argv[0])

    assert set(settings.host_settings(FakeShell(nothing_there), {})) == {
        "apt",
        "apt-trixie",
        "apt-conf",
        "pip",
        "ca",
    }


def test_what_pip_says_is_handed_on():
    shell = FakeShell(lambda argv: completed("global.index-url='http://i.test/s'\n" if "pip" in argv else ""))

    assert b"index-url = http://i.test/s" in settings.host_settings(shell, {})["pip"]


def test_secret_files_are_the_user_s_alone_and_go_away():
    with settings.secret_files({"pip": b"x"}) as files:
        folder = files["pip"].parent
        assert files["pip"].read_bytes() == b"x"
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700

    assert not folder.exists()


def test_only_set_proxies_are_arguments():
    assert settings.proxies({"HTTP_PROXY": "http://p.test", "https_proxy": "", "HOME": "/"}) == {
        "HTTP_PROXY": "http://p.test"
    }
