// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient

/// Structured events, one line each, from any thread. Never waits: what the reader of the log is
/// too slow for is counted, and the count is the next line.
///
///     2026-11-26T17:43:56.123Z info city=330100 event=packet.delivered route=330100-110000
///         packet=out/07-tendermint-0/17 code=ok
package final class Log: Sendable {
    private let level: LogLevel
    private let isJSON: Bool
    private let city: String
    private let sink: LogSink
    private let clock: @Sendable () -> Timestamp

    /// - Parameter city: division code of the member whose relay writes.
    package init(
        level: LogLevel, isJSON: Bool, city: String, sink: LogSink,
        clock: @escaping @Sendable () -> Timestamp = { Timestamp.system() }
    ) {
        self.level = level
        self.isJSON = isJSON
        self.city = city
        self.sink = sink
        self.clock = clock
    }

    package func isOn(_ level: LogLevel) -> Bool { level >= self.level }

    /// - Parameters:
    ///   - event: stable dotted name, "packet.delivered".
    ///   - route: "330100-110000", where the event belongs to one.
    package func write(
        _ level: LogLevel, _ event: String, route: String? = nil, packet: PacketID? = nil,
        _ fields: [(String, LogValue)] = []
    ) {
        guard isOn(level) else { return }
        var all: [(String, LogValue)] = [("city", .text(city)), ("event", .text(event))]
        if let route { all.append(("route", .text(route))) }
        if let packet { all.append(("packet", .text(packet.description))) }
        all += fields
        let time = clock().utcText
        let dropped = sink.write(line(time, level, all))
        if dropped > 0 {
            let lost: [(String, LogValue)] = [
                ("city", .text(city)), ("event", "log.dropped"), ("lines", .count(dropped)),
            ]
            _ = sink.write(line(time, .warning, lost))
        }
    }

    private func line(_ time: String, _ level: LogLevel, _ fields: [(String, LogValue)]) -> String {
        isJSON
            ? LogLine.json(time: time, level: level, fields: fields)
            : LogLine.text(time: time, level: level, fields: fields)
    }

    /// Writes what is still held back, as far as the reader takes it. Call it at the end.
    package func flush() { sink.flush() }
}
