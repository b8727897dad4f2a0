"""What may happen to a run: errors, signals, threads, forks, other interpreters."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest
import retold
from conftest import CELLO, STORY
from retold import _retold


def corpus(count: int) -> list[str]:
    """Texts of which many share something, so that a run takes a while."""
    words = [f"w{at * 7919 % 997}" for at in range(997)]
    return [
        " ".join(words[(at * 31 + j * (at % 7 + 1)) % 997] for j in range(220)) + "."
        for at in range(count)
    ]


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"threshold": 2}, "threshold is 2"),
        ({"threshold": "high"}, "threshold='high'"),
        ({"lanes": 1}, "lanes is 1"),
        ({"language": "xx"}, "language='xx'"),
        ({"channel": "all"}, "channel='all'"),
        ({"memory": "much"}, "memory='much'"),
        ({"threads": 5000}, "threads=5000"),
        ({"boilerplate": "one string"}, "boilerplate="),
        ({"no_such_setting": 1}, "no_such_setting=1"),
    ],
)
def test_a_wrong_setting_is_named(settings, named):
    with pytest.raises(retold.SettingError) as error:
        retold.scan([STORY], **settings)
    assert named in str(error.value)
    assert isinstance(error.value, (retold.Error, ValueError))


def test_errors_are_one_tree_and_say_where():
    for data in ("one string", 7, {"a": 1}, [STORY, 5], object()):
        with pytest.raises(retold.Error):
            retold.scan(data)
    with pytest.raises(retold.DataError) as error:
        retold.scan([STORY, 5])
    assert error.value.record == 1 and error.value.file is None
    with pytest.raises(retold.DataError, match='no column "body"'):
        retold.scan(retold.scan([STORY]).clusters, text="body")
    with pytest.raises(retold.FileError) as error:
        retold.scan([STORY]).to_html("no/such/folder/report.html")
    assert error.value.file == "no/such/folder/report.html"
    with pytest.raises(retold.MemoryLimitError):
        retold.scan([STORY], memory="1M")
    with pytest.raises(retold.DataError, match="surrogate"):
        retold.compare("\ud800", "b")
    with pytest.raises(TypeError):
        retold.compare(b"bytes", "b")


def test_a_panic_is_an_exception():
    with pytest.raises(retold.FaultError, match="asked for by a test"):
        _retold.panic_for_tests()


def test_a_report_is_a_file(tmp_path):
    path = tmp_path / "report.html"
    retold.scan([STORY, STORY]).to_html(path)
    assert path.read_text("utf-8").startswith("<!DOCTYPE html>") or "<html" in path.read_text(
        "utf-8"
    )


def test_progress_is_told_and_may_stop_a_run():
    told: list[tuple[str, int, int | None]] = []
    retold.scan(corpus(300), progress=lambda *step: told.append(step))
    assert told and all(total is None or done <= total for _, done, total in told)

    def stop(*_):
        raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"):
        retold.scan(corpus(2000), progress=stop)


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_ctrl_c_stops_a_run():
    code = """
        import os, signal, threading, time
        import retold
        from test_runs import corpus
        texts = corpus(20000)
        threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        try:
            retold.scan(texts, threshold=0)
        except KeyboardInterrupt:
            print("stopped")
            # The interpreter, and retold, go on.
            print(retold.compare(texts[0], texts[0]).relation)
        """
    said = run(code)
    assert said.stdout.split() == ["stopped", "identical"], said.stderr


def run(code: str, *options: str) -> subprocess.CompletedProcess[str]:
    here = os.path.dirname(__file__)
    line = [sys.executable, *options, "-c", textwrap.dedent(code)]
    environment = {**os.environ, "PYTHONPATH": here}
    return subprocess.run(line, capture_output=True, text=True, env=environment, check=False)


def test_the_lock_is_released():
    steps = []
    done = threading.Event()

    def count():
        while not done.is_set():
            steps.append(1)
            time.sleep(0.001)

    counter = threading.Thread(target=count)
    counter.start()
    try:
        before = len(steps)
        retold.scan(corpus(600))
        assert len(steps) > before
    finally:
        done.set()
        counter.join()


def test_many_threads_find_the_same():
    texts = corpus(200)
    expected = retold.scan(texts).to_jsonl()
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.append(retold.scan(texts, threads=2).to_jsonl()))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 6
    assert retold.scan(texts, threads=1).to_jsonl() == expected


def work(texts: list[str]) -> int:
    return len(retold.scan(texts).pairs)


@pytest.mark.parametrize(
    "method",
    [name for name in ("fork", "spawn") if name in multiprocessing.get_all_start_methods()],
)
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_other_processes(method):
    texts = [STORY, STORY + " More.", CELLO]
    expected = work(texts)
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map(work, [texts] * 4) == [expected] * 4


def test_other_interpreters_are_refused():
    code = """
        import retold
        try:
            import _interpreters as interpreters
            make, go = interpreters.create, lambda id, code: interpreters.exec(id, code)
        except ImportError:
            import _xxsubinterpreters as interpreters
            make, go = interpreters.create, interpreters.run_string
        said = None
        try:
            said = go(make(), "import retold")
        except BaseException as error:
            said = error
        assert "subinterpreter" in str(said).lower(), said
        print(retold.compare("a b c", "a b c").relation)
        """
    said = run(code)
    assert said.stdout.split() == ["identical"], said.stderr


def test_development_mode_has_nothing_to_say():
    code = """
        import retold
        found = retold.scan(["%s"] * 3)
        found.pairs.to_pylist(), found.stats, found._repr_html_()
        retold.dedup(["a b c d"] * 3).kept
        print("fine")
        """
    said = run(code % STORY, "-X", "dev", "-W", "error")
    assert (said.stdout.split(), said.stderr) == (["fine"], "")


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="Linux only")
def test_a_thousand_calls_leave_nothing_behind():
    code = """
        import gc, os, tempfile
        import retold
        from conftest import CELLO, STORY

        def once():
            found = retold.scan(data, threads=1)
            retold.Table(found.pairs).to_pylist()
            found.pairs._repr_html_()
            found.plot().svg
            retold.dedup(data, threads=1).kept
            retold.compare_pairs([("0", "1")], data, threads=1)
            retold.batch.candidates(retold.batch.fingerprint([STORY, CELLO]))
            archive.query(STORY)
            retold.compare(STORY, CELLO).sentences
            try:
                retold.scan([5])
            except retold.Error:
                pass

        def resident():
            gc.collect()
            with open("/proc/self/statm") as statm:
                return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

        data = [{"id": str(at), "text": f"{STORY} {at}"} for at in range(4)]
        folder = tempfile.TemporaryDirectory()
        archive = retold.Archive.open(folder.name + "/news", create=True, threads=1)
        archive.add(data)
        after = []
        for _ in range(20):
            for _ in range(50):
                once()
            after.append(resident())
        # The allocator takes and gives back 32 MB at a time: what counts is the least.
        print(min(after[10:]) - min(after[:10]))
        archive.close()
        folder.cleanup()
        """
    said = run(code)
    assert said.returncode == 0, said.stderr
    # A leaked page of HTML a call would be 50 MB, a leaked table 2 MB.
    assert int(said.stdout) < 2 << 20


def test_what_a_signal_handler_raises_is_raised():
    if threading.current_thread() is not threading.main_thread() or os.name != "posix":
        pytest.skip("signals come to the main thread")

    class Alarm(Exception):
        pass

    def ring(*_):
        raise Alarm

    old = signal.signal(signal.SIGALRM, ring)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        with pytest.raises(Alarm):
            retold.scan(corpus(20000), threshold=0)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
