// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import LightClient
import Testing

@Suite struct `Gas` {
    @Test func `what a relay's transactions use stays below the estimate without Simulate`() throws
    {
        let cities = try TwoCities()
        let (a, b) = (cities.a, cities.b)
        for count in [1, 5] {
            let packets = try (0..<count).map { index in
                try TwoCities.sent(
                    TwoCities.letter(
                        "\(index)", account: a.account(of: 0), yuan: "1.00"), port: "providentfund",
                    from: a)
            }
            try a.makeBlocks()
            let update = try TwoCities.update(b, from: a)
            var estimate = GasEstimate()
            estimate.addUpdate(headerBytes: update.clientMessage?.value.count ?? 0)
            for packet in packets { estimate.addReceive(packet) }
            let receives = try packets.map { try TwoCities.receive($0, on: b, from: a) }
            let received = try b.run([update] + receives, by: "relayer")
            #expect(UInt64(received.gasUsed) < estimate.gas)
            try b.makeBlocks()
            var acknowledgements: [Acknowledgement] = []
            for case .acknowledgementWritten(_, let answer) in try b.events(received) {
                acknowledgements.append(answer)
            }
            let back = try TwoCities.update(a, from: b)
            var ending = GasEstimate()
            ending.addUpdate(headerBytes: back.clientMessage?.value.count ?? 0)
            for packet in packets { ending.addAcknowledgement(packet) }
            let answers = try zip(packets, acknowledgements).map {
                try TwoCities.acknowledge($0, $1, on: a, from: b)
            }
            let ended = try a.run([back] + answers, by: "relayer")
            #expect(ended.code == 0, "\(ended.log)")
            #expect(UInt64(ended.gasUsed) < ending.gas)
        }
    }

    @Test func `going over the limit is remembered with the place and the amount`() {
        var meter = GasMeter(limit: 5_000)
        meter.read(key: [1, 2], value: [3])
        #expect(throws: Never.self) { try meter.check() }
        meter.write(key: [1], value: [UInt8](repeating: 0, count: 100))
        meter.read(key: [1], value: nil)
        let log =
            "out of gas in location: WritePerByte; gasWanted: 5000, gasUsed: 6039: out of gas"
        #expect(throws: ExecutionError("sdk", 11, log)) { try meter.check() }
    }

    @Test func `money is read to the fen or not at all`() {
        for (text, count) in [("0.00", 0), ("62632.96", 6_263_296), ("1000000.01", 100_000_001)]
            as [(String, UInt64)]
        {
            #expect(Fen(yuan: text)?.count == count)
            #expect(Fen(yuan: text)?.yuan == text)
        }
        for text in ["1", "1.0", "1.000", "-1.00", "+1.00", ".50", "01.00", "1,000.00", "1.0a", ""]
        {
            #expect(Fen(yuan: text) == nil, "\(text)")
        }
        #expect(Fen(yuan: "9999999999999999.99") != nil)
        #expect(Fen(yuan: "10000000000000000.00") == nil)
    }

    @Test func `identity numbers are of 1880 and check`() {
        // The standard's own way of counting: specs/domain.md section 2.10.
        #expect(SyntheticPeople.checkDigit("11010519491231002") == "X")
        #expect(SyntheticPeople.checkDigit("44052418800101001") == "4")
        let all = (0..<700).map {
            SyntheticPeople.identityNumber(division: "330100", index: $0)
        }
        #expect(Set(all).count == 700)
        #expect(all.allSatisfy { $0.hasPrefix("3301001880") && $0.count == 18 })
    }
}
