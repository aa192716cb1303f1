"""Runs proxx where a system call of its own blocks, and sends it a signal: usage blocked.py CASE
The case is tried with SIGINT, SIGTERM and SIGHUP at the same time, each in a folder of its own; the
program has to be killed by that signal."""

import os
import signal
import subprocess
import sys
import time

PROXX = os.environ["PROXX"]
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
REQUEST = b'{"messages":[{"role":"user","content":"hi"}]}'
STREAM = b'{"stream":true,"messages":[{"role":"user","content":"[[mock:text]]"}]}'
LONG = b'{"messages":[{"role":"user","content":"%s"}]}' % (b"x" * 300_000)
LINE = b'{"custom_id":"a","body":%s}\n' % REQUEST
TALK = b'{"id":1,"body":%s}\n' % REQUEST
WRITE, OPENAT = "1 ", "257 "  # of x86-64; elsewhere the wait below takes its time


def full_pipe():
    """The ends of a pipe that takes nothing more, though it is a blocking one."""
    end, start = os.pipe()
    os.set_blocking(start, False)
    try:
        while True:
            os.write(start, bytes(4096))
    except BlockingIOError:
        os.set_blocking(start, True)
    return end, start


def wait_until_blocked(child, call):
    """Until its main thread is in that system call, or three seconds have passed."""
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline and child.poll() is None:
        try:
            with open(f"/proc/{child.pid}/syscall") as now:
                if call and now.read().startswith(call):
                    time.sleep(0.05)
                    return
        except OSError:
            pass
        if not call and time.monotonic() > deadline - 2.7:
            return
        time.sleep(0.01)


def killed(name, number, words, given=b"", call="", stdout=None, stderr=None, keep_open=False):
    end, start = full_pipe()
    pipes = {"full": start, None: subprocess.DEVNULL}
    child = subprocess.Popen([PROXX, *words], stdin=subprocess.PIPE,
                             stdout=pipes[stdout], stderr=pipes[stderr])
    os.close(start)
    child.stdin.write(given)
    child.stdin.flush()
    if not keep_open:
        child.stdin.close()
    wait_until_blocked(child, call)
    if child.poll() is not None:
        sys.exit(f"{name}: ended by itself with {child.returncode}")
    child.send_signal(number)
    try:
        code = child.wait(timeout=10)
    except subprocess.TimeoutExpired:
        child.kill()
        sys.exit(f"{name}: signal {number} does not end it")
    os.close(end)
    if code != -number:
        sys.exit(f"{name}: signal {number}, but it ended with {code}")


def fifo(name, read=False):
    """A FIFO nobody has opened; with `read`, somebody has for both ways, who does neither."""
    if os.path.exists(name):
        os.remove(name)
    os.mkfifo(name)
    return os.open(name, os.O_RDWR | os.O_NONBLOCK) if read else None


def with_fifo(read, *arguments, **options):
    reader = fifo("fifo", read)
    killed(*arguments, **options)
    if reader is not None:
        os.close(reader)


CASES = {
    "stdout": lambda number: (
        killed("json", number, ["--mock"], REQUEST, WRITE, stdout="full"),
        killed("stream", number, ["--mock"], STREAM, stdout="full"),
        killed("error object", number, ["--mock"], b"{", WRITE, stdout="full"),
        killed("dry run", number, ["-n"], REQUEST, WRITE, stdout="full"),
        killed("help", number, ["--help"], b"", WRITE, stdout="full"),
        killed("models", number, ["models"], b"", WRITE, stdout="full"),
        killed("convert", number, ["convert", "request"], REQUEST, WRITE, stdout="full"),
        killed("batch", number, ["batch", "--mock"], LINE, stdout="full", keep_open=True),
        killed("batch -n", number, ["batch", "-n"], LINE, WRITE, stdout="full"),
        killed("bridge", number, ["bridge", "--mock"], TALK, stdout="full"),
    ),
    "stderr": lambda number: (
        killed("-v", number, ["--mock", "-v"], REQUEST, WRITE, stderr="full"),
        killed("error", number, ["--mock"], b"{", WRITE, stderr="full"),
        killed("usage", number, ["--nonsense"], b"", WRITE, stderr="full"),
        killed("batch -vv", number, ["batch", "--mock", "-vv"], LINE, WRITE, stderr="full"),
        killed("bridge -vv", number, ["bridge", "--mock", "-vv"], TALK, WRITE, stderr="full"),
        killed("mock", number, ["mock"], b"", WRITE, stderr="full"),
    ),
    "fifo": lambda number: (
        with_fifo(False, "no reader", number, ["--mock", "-o", "fifo"], REQUEST, OPENAT),
        with_fifo(False, "stream, no reader", number, ["--mock", "-o", "fifo"], STREAM, OPENAT),
        with_fifo(False, "-n, no reader", number, ["-n", "-o", "fifo"], REQUEST, OPENAT),
        with_fifo(False, "batch, no reader", number, ["batch", "--mock", "-o", "fifo"], LINE, OPENAT),
        with_fifo(True, "idle reader", number, ["-n", "-o", "fifo"], LONG, WRITE),
        with_fifo(True, "batch, idle reader", number, ["batch", "--mock", "-o", "fifo"], 
                  b"".join(b'{"custom_id":"%d","body":%s}\n' % (i, REQUEST) for i in range(400)), WRITE),
        with_fifo(False, "input", number, ["--mock", "./fifo"], b"", OPENAT),
        with_fifo(False, "batch input", number, ["batch", "--mock", "./fifo"], b"", OPENAT),
        with_fifo(False, "attachment", number, ["ask", "--mock", "-a", "./fifo", "hi"], b"", OPENAT),
        with_fifo(False, "header file", number, ["--mock", "-H", "@fifo"], REQUEST, OPENAT),
        with_fifo(True, "key file", number, ["--key-file", "fifo"], REQUEST),
    ),
    "stdin": lambda number: (
        killed("request", number, ["--mock"], b"{", keep_open=True),
        killed("ask", number, ["ask", "--mock", "hi"], b"a", keep_open=True),
        killed("batch", number, ["batch", "--mock"], LINE, keep_open=True),
        killed("batch -n", number, ["batch", "-n"], LINE, keep_open=True),
        killed("bridge", number, ["bridge", "--mock"], TALK, keep_open=True),
        killed("convert", number, ["convert", "stream"], b"event: ping\n", keep_open=True),
    ),
}

tries = []
for which in SIGNALS:
    tries.append(os.fork())
    if tries[-1] == 0:
        os.mkdir(which.name)
        os.chdir(which.name)
        CASES[sys.argv[1]](which)
        sys.exit()
sys.exit(any([os.waitpid(each, 0)[1] for each in tries]))
