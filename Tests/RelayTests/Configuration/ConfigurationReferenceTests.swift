// SPDX-License-Identifier: Apache-2.0

import RelayCommand
import TestSupport
import Testing

@Suite struct ConfigurationReferenceTests {
    private func keys() throws -> [JSON] {
        let text = ConfigurationReference.json.line
        return try #require(JSON.parse(Array(text.utf8))["keys"]?.array)
    }

    @Test func `every key says what it means and how it is written`() throws {
        for key in try keys() {
            let path = key["path"]?.string ?? ""
            #expect(key["meaning"]?.string?.count ?? 0 > 12, "\(path)")
            let isSection = key["value"]?.string?.contains("section") ?? false
            let hasSample =
                key["example"]?.string?.isEmpty == false || key["standard"]?.string != nil
            #expect(isSection || hasSample, "\(path) has neither an example nor a standard value")
        }
    }

    @Test func `no key is declared twice`() throws {
        let names = try keys().map { "\($0["file"]?.string ?? "") \($0["path"]?.string ?? "")" }
        #expect(Set(names).count == names.count)
        #expect(names.count > 50)
    }

    /// Each standard value, written out, decodes to the same as leaving the key away.
    @Test func `standard values are what absent keys read as`() throws {
        var sections: [String: [String]] = [:]
        for key in try keys() where key["file"]?.string == "relay" {
            guard let path = key["path"]?.string, let text = key["standard"]?.string else {
                continue
            }
            let parts = path.split(separator: ".").map(String.init)
            sections[parts.count == 2 ? parts[0] : "", default: []].append(
                "\(parts.last ?? ""): \(text)")
        }
        let sample =
            ConfigurationSamples.relay + "api:\n  listen: 127.0.0.1:27150\n"
            + "letters:\n  applications: [fund-centre]\n"
            + "  account_key_file: account.key\n  sealing_key_file: account.key\n"
        var relay = sample
        for (section, lines) in sections.sorted(by: { $0.key < $1.key }) {
            if section.isEmpty {
                relay += lines.joined(separator: "\n") + "\n"
            } else if relay.contains("\n\(section):\n") {
                relay = try ConfigurationSamples.spoil(
                    relay, "\n\(section):\n",
                    "\n\(section):\n" + lines.map { "  \($0)\n" }.joined())
            } else {
                relay += "\(section):\n" + lines.map { "  \($0)\n" }.joined()
            }
        }
        let written = ConfigurationSamples.load(relay: relay)
        #expect(written.findings.isEmpty, "\(written.findings)")
        #expect(written.relay == ConfigurationSamples.load(relay: sample).relay)
        #expect(sections.values.joined().count >= 15)
    }
}
