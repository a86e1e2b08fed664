// SPDX-License-Identifier: Apache-2.0

import Glibc
import LightClient

// Unsafe: clock_gettime fills a struct through a pointer.

/// The system's clock, the only one the daemon reads.
enum SystemClock {
    static func now() -> Timestamp {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(
            seconds: Int64(time.tv_sec), nanoseconds: Int32(truncatingIfNeeded: time.tv_nsec))
            ?? .unixEpoch
    }
}
