// SPDX-License-Identifier: Apache-2.0

import Federation
import Glibc
import LightClient
import RelayCommand
import RelayLaboratory
import TestSupport
import Testing

@Suite struct CommandLogTests {
    private static let moment = Timestamp(unixNanoseconds: 1_795_714_206_123_456_789)
    private static let packet = PacketID(
        direction: .outgoing, client: "07-tendermint-0", sequence: 17)

    /// What one log writes into a file.
    private func lines(
        isJSON: Bool = false, level: LogLevel = .debug, _ write: (Log) -> Void
    ) throws -> [String] {
        let folder = try ScratchFolder()
        do {
            let sink = try #require(LogSink.file(folder.file("log")))
            let log = Log(
                level: level, isJSON: isJSON, city: "330100", sink: sink, clock: { Self.moment })
            write(log)
            log.flush()
        }
        let text = String(decoding: try folder.read("log"), as: UTF8.self)
        return text.split(separator: "\n").map(String.init)
    }

    private func event(_ log: Log) {
        log.write(
            .info, "packet.delivered", route: "330100-110000", packet: Self.packet,
            [("code", "ok"), ("height", 42), ("late", false), ("hash", .bytes([0xab, 0x01]))])
    }

    @Test func `one line an event, as text`() throws {
        #expect(
            try lines { event($0) } == [
                "2026-11-26T17:30:06.123Z info city=330100 event=packet.delivered "
                    + "route=330100-110000 packet=out/07-tendermint-0/17 code=ok height=42 late=false "
                    + "hash=ab01"
            ])
    }

    @Test func `one line an event, as JSON`() throws {
        let line = try #require(try lines(isJSON: true) { event($0) }.first)
        #expect(
            line == "{\"time\":\"2026-11-26T17:30:06.123Z\",\"level\":\"info\",\"city\":\"330100\","
                + "\"event\":\"packet.delivered\",\"route\":\"330100-110000\","
                + "\"packet\":\"out/07-tendermint-0/17\",\"code\":\"ok\",\"height\":42,\"late\":false,"
                + "\"hash\":\"ab01\"}")
        #expect(try JSON.parse(Array(line.utf8))["height"]?.int64 == 42)
    }

    @Test func `events below the level are not written`() throws {
        let written = try lines(level: .warning) { log in
            for level in LogLevel.allCases { log.write(level, "level.\(level.name)") }
        }
        #expect(written.count == 2)
        #expect(written.allSatisfy { $0.contains("warning") || $0.contains("error") })
    }

    @Test func `text from outside cannot break a line or colour a terminal`() throws {
        let hostile = "a\nb\u{1b}[31mred\" x=y \\ \u{2028}end 娄底"
        for isJSON in [false, true] {
            let written = try lines(isJSON: isJSON) { log in
                log.write(
                    .info, "chain.log", [("log", .text(hostile)), ("raw", .foreign([0xff, 0x0a]))])
            }
            #expect(written.count == 1)
            #expect(!written[0].utf8.contains { $0 < 0x20 || $0 == 0x7f })
            #expect(written[0].contains("a\\nb\\u001b[31mred\\\" x=y \\\\ \\u2028end 娄底"))
        }
    }

    @Test func `values and lines are cut, in whole characters, and JSON stays JSON`() throws {
        let long = String(repeating: "娄", count: 4000)
        let fields = (0..<20).map { ("k\($0)", LogValue.text(long)) }
        let text = try #require(try lines { $0.write(.info, "long", fields) }.first)
        #expect(text.utf8.count < LogLine.maxBytes && text.hasSuffix("…"))
        let json = try #require(try lines(isJSON: true) { $0.write(.info, "long", fields) }.first)
        #expect(json.utf8.count < LogLine.maxBytes)
        #expect(try JSON.parse(Array(json.utf8))["cut"]?.bool == true)
        #expect(try JSON.parse(Array(json.utf8))["k0"]?.string?.hasSuffix("…") == true)
    }

    @Test func `a reader that does not read is not waited for, and told what it missed`() throws {
        var ends: [Int32] = [0, 0]
        try #require(unsafe pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        let log = Log(
            level: .info, isJSON: false, city: "330100", sink: .descriptor(ends[1]),
            clock: { Self.moment })
        // 64 KiB fit the pipe, 1 MiB is held back; the rest is lost.
        let filler = String(repeating: "x", count: 400)
        for number in 0..<6000 {
            log.write(.info, "n", [("i", .count(number)), ("x", .text(filler))])
        }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        func drain() {
            while true {
                let count = unsafe read(ends[0], &buffer, buffer.count)
                guard count > 0 else { return }
                text += buffer.prefix(count)
                log.flush()
            }
        }
        drain()
        log.write(.info, "after")
        drain()
        let lines = text.split(separator: 0x0a).map { String(decoding: $0, as: UTF8.self) }
        let kept = lines.count { $0.contains("event=n ") }
        #expect((2000..<5900).contains(kept))
        #expect(lines[kept].contains("event=after"))
        #expect(lines.last?.contains("event=log.dropped lines=\(6000 - kept)") == true)
        for (index, line) in lines.prefix(kept).enumerated() {
            #expect(line.contains(" i=\(index) "))
        }
    }

    @Test(arguments: [
        (seconds: 0 as Int64, text: "1970-01-01T00:00:00.000Z"),
        (seconds: 951_782_399, text: "2000-02-28T23:59:59.000Z"),
        (seconds: 951_782_400, text: "2000-02-29T00:00:00.000Z"),
        (seconds: 4_107_542_400, text: "2100-03-01T00:00:00.000Z"),
        (seconds: -1, text: "1969-12-31T23:59:59.000Z"),
        (seconds: -62_135_596_800, text: "0001-01-01T00:00:00.000Z"),
        (seconds: 253_402_300_799, text: "9999-12-31T23:59:59.000Z"),
    ])
    func `moments are written in UTC`(seconds: Int64, text: String) throws {
        #expect(try #require(Timestamp(seconds: seconds)).utcText == text)
    }
}
