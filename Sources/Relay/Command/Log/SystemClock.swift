// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import LightClient

// Unsafe: clock_gettime fills a struct through a pointer.

extension Timestamp {
    /// The system's clock.
    package static func system() -> Timestamp {
        var now = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &now)
        return Timestamp(seconds: Int64(now.tv_sec), nanoseconds: Int32(now.tv_nsec)) ?? .unixEpoch
    }
}
