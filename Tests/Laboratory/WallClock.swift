// SPDX-License-Identifier: Apache-2.0

import Glibc
package import LightClient

extension Timestamp {
    /// The system's clock.
    package static var wallClock: Timestamp {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(seconds: Int64(time.tv_sec), nanoseconds: Int32(time.tv_nsec))
            ?? .unixEpoch
    }
}
