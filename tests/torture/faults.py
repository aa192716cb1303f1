"""What is made to fail, and how a program under a fault is started."""

import dataclasses
import errno
import os
import re
import struct
import tempfile

# A run that takes longer hangs, on a busy machine too. Retries and the pause after EMFILE take less.
HANG_SECONDS = 60

SHORT = "short"
FROM_THERE_ON = 1 << 40

# Which errors each call is given. Those of INVISIBLE may not change an answer.
CALL_FAULTS = {
    "read": [SHORT, errno.EINTR, errno.EIO, errno.ECONNRESET],
    "write": [SHORT, errno.EINTR, errno.EIO, errno.ENOSPC, errno.ECONNRESET],
    "connect": [errno.ECONNREFUSED, errno.ENETUNREACH, errno.EADDRNOTAVAIL],
    "accept": [errno.EINTR, errno.ECONNABORTED, errno.EMFILE, errno.ENOMEM],
    "open": [errno.EINTR, errno.EMFILE, errno.EACCES, errno.EIO],
    "fsync": [errno.EINTR, errno.EIO, errno.ENOSPC],
    "descriptor": [errno.EMFILE, errno.ENOMEM],
    "watch": [errno.ENOMEM, errno.ENOSPC],
}
INVISIBLE = {(call, fault) for call in ("read", "write") for fault in (SHORT, errno.EINTR)}
INVISIBLE.add(("accept", errno.EINTR))


@dataclasses.dataclass(frozen=True)
class Fault:
    call: str  # "allocation" or a key of CALL_FAULTS
    at: int  # the number of the call that fails; 0: none, they are only counted
    fault: object = errno.ENOMEM  # an errno or SHORT
    times: int = 1

    @property
    def invisible(self):
        return (self.call, self.fault) in INVISIBLE

    def __str__(self):
        name = self.fault if self.fault == SHORT else errno.errorcode[self.fault]
        more = "" if self.times == 1 else " and all later"
        return f"{self.call} {self.at}{more}: {name}"


class Page:
    """The counters that a program under a fault shares with us (fault_point.h)."""

    def __init__(self, directory):
        handle, self.path = tempfile.mkstemp(dir=directory)
        os.write(handle, bytes(4096))
        os.close(handle)

    def read(self):
        with open(self.path, "rb") as page:
            return struct.unpack("=QQ", page.read(16))

    @property
    def calls(self):
        return self.read()[0]

    @property
    def failed(self):
        return self.read()[1]


def environment(libraries, fault, page, home):
    env = {"PATH": os.environ["PATH"], "HOME": home, "XDG_CONFIG_HOME": home, "TZ": "UTC"}
    if fault is None:
        return env
    library = "torture_allocations" if fault.call == "allocation" else "torture_calls"
    env["LD_PRELOAD"] = os.path.join(libraries, f"lib{library}.so")
    env["TORTURE_PAGE"] = page.path
    env["TORTURE_CALL"] = fault.call
    env["TORTURE_FAULT"] = str(fault.fault)
    if fault.at:
        env["TORTURE_AT"] = str(fault.at)
        env["TORTURE_TIMES"] = str(fault.times)
    return env


def steady(text):
    """Without what differs from run to run: times, and numbers that count requests."""
    text = re.sub(rb'"created":\d+', b'"created":0', text)
    text = re.sub(rb'"id":"batch_req_[0-9a-f]+"', b'"id":"batch_req"', text)
    return re.sub(rb"(mock_)\d+", rb"\1N", text)
