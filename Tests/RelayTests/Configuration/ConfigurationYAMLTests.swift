// SPDX-License-Identifier: Apache-2.0

import Federation
import RelayCommand
import TestSupport
import Testing

@Suite struct ConfigurationYAMLTests {
    private func load(_ text: String) -> LoadedConfiguration {
        load(Array(text.utf8))
    }

    private func load(_ bytes: [UInt8]) -> LoadedConfiguration {
        let files = ConfigurationFiles(read: { _ in bytes }, exists: { _ in true })
        return ConfigurationLoader.load(topology: "t.yaml", files: files)
    }

    @Test(arguments: [
        (text: "", finding: "the file is empty"),
        (text: "# only a comment\n", finding: "the file is empty"),
        (text: "a: [1, 2", finding: "no YAML"),
        (text: "a: \"open", finding: "no YAML"),
        (text: "members: 5", finding: "a list is expected here"),
        (text: "- a\n- b", finding: "keys and values are expected here"),
        (text: "just text", finding: "keys and values are expected here"),
        (text: "? [a, b]\n: c", finding: "a key that is no text"),
        (text: "a: \u{1}", finding: "no YAML"),
    ])
    func `what is no configuration is told as such`(text: String, finding: String) {
        let loaded = load(text)
        #expect(loaded.findings.contains { $0.problem.contains(finding) }, "\(loaded.findings)")
        #expect(loaded.hasErrors)
    }

    @Test func `bytes that are no text are refused`() {
        #expect(load([0x61, 0x3a, 0x20, 0xff, 0xfe]).hasErrors)
        #expect(load([0xff, 0xfe, 0x61, 0x00]).hasErrors)
        #expect(load([0x61, 0x3a, 0x20, 0x00]).hasErrors)
    }

    @Test func `depth, number of values and size are bounded`() {
        let deep = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
        #expect(load("a: \(deep)").findings.contains { $0.problem.contains("nested deeper") })
        let many = "a: [" + String(repeating: "1,", count: 210_000) + "1]"
        #expect(load(many).findings.contains { $0.problem.contains("more than 200000 values") })
        let large = [UInt8](repeating: 0x20, count: (4 << 20) + 1)
        #expect(load(large).findings.contains { $0.problem.contains("more than 4194304") })
    }

    @Test func `a file damaged anywhere is refused or read, and never more than that`() {
        var random = Generator(seed: 99)
        let good = Array(ConfigurationSamples.topology.utf8)
        var refused = 0
        for _ in 0..<1500 {
            var bytes = good
            for _ in 0..<(1 + random.next() % 4) {
                let index = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 3 {
                case 0: bytes[index] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.remove(at: index)
                default:
                    bytes.insert(
                        Array(":-[]{}&*!\"'#\n \t".utf8)[Int(random.next() % 15)], at: index)
                }
            }
            let loaded = load(bytes)
            if loaded.hasErrors { refused += 1 }
            for finding in loaded.findings {
                #expect(finding.mark.line >= 1 && finding.mark.column >= 1)
            }
        }
        #expect(refused > 750)
    }

    @Test(arguments: [
        (text: "0.001stake", fee: 82 as UInt64?), (text: "1stake", fee: 81_373),
        (text: "0.0000000000000000001stake", fee: nil), (text: "12.5ufen", fee: 1_017_163),
        (text: "0stake", fee: 0), (text: "18446744073709551615stake", fee: nil),
        (text: ".5stake", fee: nil),
        (text: "1.stake", fee: nil), (text: "1", fee: nil), (text: "1.2.3stake", fee: nil),
        (text: "stake", fee: nil), (text: "1st", fee: nil), (text: "-1stake", fee: nil),
        (text: "1 stake", fee: nil), (text: "0.25ibc/27394FB092D2ECCD", fee: 20_344),
    ])
    func `a gas price is an exact decimal, and fees are rounded up`(text: String, fee: UInt64?) {
        #expect(GasPrice(text)?.fee(gas: 81_373) == fee)
        if let price = GasPrice(text), fee != nil { #expect(price.description == text) }
    }
}
