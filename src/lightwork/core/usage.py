"""Usage: what a round took from the machine, and what the machine gave to others meanwhile.

Plain data, None where the system does not tell. `lightwork.host.counters` reads the counters,
`lightwork.launch.sampler` the memory, `lightwork.ledger.pickled_bytes` the bytes.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Usage:
    """What the kernel counted between a round's t0 and t1, for the caller and all of its workers.

    cpu_ns: CPU time of the whole tree; system_ns: the part of it in the kernel; caller_cpu_ns: the caller's own.
    voluntary_switches: a task gave its core up, to wait; involuntary_switches: it was made to.
    minor_faults: pages found in memory; major_faults: pages that had to be read.
    read_bytes, written_bytes: from and to storage. read_call_bytes, write_call_bytes: through read and write
    calls, pipes and the page cache included.
    machine_cpus: how many CPUs the machine has. others_cpu_ns: CPU time of everything else on it. steal_ns: CPU
    time that the hypervisor gave to other machines. throttled_ns: time in which the control group's quota kept a
    CPU's share of the group from running; throttled_periods of its periods were cut short. pressure_ns: time in
    which some task of the machine waited for a core (pressure stall information).
    """

    cpu_ns: int | None = None
    system_ns: int | None = None
    caller_cpu_ns: int | None = None
    voluntary_switches: int | None = None
    involuntary_switches: int | None = None
    minor_faults: int | None = None
    major_faults: int | None = None
    read_bytes: int | None = None
    written_bytes: int | None = None
    read_call_bytes: int | None = None
    write_call_bytes: int | None = None
    machine_cpus: int | None = None
    others_cpu_ns: int | None = None
    steal_ns: int | None = None
    periods: int | None = None
    throttled_periods: int | None = None
    throttled_ns: int | None = None
    pressure_ns: int | None = None


@dataclass(frozen=True)
class Memory:
    """The memory of a round's processes, the caller included, sampled while it ran.

    peak_pss_bytes: the largest sum of proportional set sizes in one sample: shared pages count once.
    peak_uss_bytes: the largest sum of unique set sizes: what would be free if all ended. None without a sample.
    samples: how many; interval_s: the least time between two. sampler_cpu_ns: what sampling cost, in the
    measuring process.
    """

    peak_pss_bytes: int | None
    peak_uss_bytes: int | None
    samples: int
    interval_s: float
    sampler_cpu_ns: int


@dataclass(frozen=True)
class Traffic:
    """What was pickled to hand items out and results back, in a probing round.

    sent_*: by the caller; returned_*: by the workers. Each message holds some 100 bytes of the recorder's own.
    """

    sent_bytes: int
    sent_messages: int
    returned_bytes: int
    returned_messages: int
