// SPDX-License-Identifier: Apache-2.0

/// From when on the status warns and alarms.
package enum StatusLimits {
    /// Seconds that clocks may differ before it is said. At `EngineTiming.clockSkewAlarm`, where
    /// headers from the future are refused, it is critical.
    package static let skewSeconds: Int64 = 5
    /// Per cent of the disk that should stay free: SQLite needs room for its log.
    package static let diskPercent = 10
    package static let criticalDiskPercent = 3
    /// Bytes below which the disk is critical whatever its size: some hours of a busy relay.
    package static let criticalDiskBytes: Int64 = 1 << 30
    /// Seconds without a step forward, while packets wait, that are critical.
    package static let stuckSeconds: Int64 = 600
    /// Seconds that the oldest packet may be open before it is said.
    package static let oldSeconds: Int64 = 3_600
}
