"""How fast goldilocks is, beside other frameworks: ``make bench``, and ``make bench ONLY=hello,json`` for a part.

**What is measured.** The CPU time (``time.process_time``) that an application takes to answer a request that it is
called with as PEP 3333 says, from a new environ to the last byte of the answer, in one process, without a server. Every
contender answers the same requests, and each answer is checked before anything is timed, and the status of the last one
after each timing. Start-up is measured in processes of its own; over a socket, a real server stands around the application.

**How.** Each contender has a process for each application size, built once; all its hits are timed there. Rounds are
interleaved: A B C, A B C, ... so that whatever else the machine does hits all alike. In each round the ratio of each contender
to goldilocks is taken; the table prints the median of these ratios and their quartiles. Each process chooses, while it warms
up, how many requests make one timing, so that slow and fast contenders are timed for the same while. The garbage
collector is on, as in a server. Every single timing is kept in the JSON file beside the table.

**What isn't.** Latency, concurrency, databases; the server, but over a socket; frameworks in the shapes that nobody timed
here. Applications are written as each framework's documentation would, in few lines; where a framework lacks what a
scenario needs, it is written by hand (`contenders.byhand`) and marked so: hand-written code does only what the
scenario needs, and is faster for it. The same calls, environs and chunks are counted for all: the bare WSGI function
shows how little that is.

The files: `scenarios` what is asked, `contenders` who answers, `calls` how an application is called, `worker` the process of one
contender, `rounds` the driver, `startup` and `sockets` the two other parts, `figures` the arithmetic, `targets` what
we want, `report` the tables.
"""
