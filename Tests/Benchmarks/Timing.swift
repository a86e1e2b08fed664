// SPDX-License-Identifier: Apache-2.0

import Glibc

// Unsafe: clock_gettime fills a struct through a pointer.

/// The thread's CPU time per operation.
func nanosecondsEach(_ operations: Int, _ body: (Int) -> Void) -> Double {
    let start = threadNanoseconds()
    for index in 0..<operations { body(index) }
    return Double(threadNanoseconds() - start) / Double(operations)
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

func threadNanoseconds() -> Int {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
}

/// CPU time of the whole process, all threads.
func processNanoseconds() -> Int {
    var time = timespec()
    unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
}

/// Two digits behind the point.
func hundredths(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
