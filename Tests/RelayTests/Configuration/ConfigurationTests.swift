// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayCommand
import TestSupport
import Testing

@Suite struct ConfigurationTests {
    @Test func `good files decode to what they say, and to the standard values`() throws {
        let loaded = ConfigurationSamples.load()
        #expect(loaded.findings.isEmpty, "\(loaded.findings)")
        let relay = try #require(loaded.relay)
        #expect(relay.member.description == "330100/330100000000000")
        #expect(relay.topologyFile == "/etc/relay/topology.yaml")
        #expect(relay.storeFile == "/etc/relay/data/relay.db")
        #expect(relay.peerListen == Endpoint(host: "127.0.0.1", port: 27100))
        #expect(relay.tls.privateKey == "/etc/relay/tls/relay.key")
        #expect(relay.chain.nodes == ["http://127.0.0.1:26657", "http://127.0.0.1:26667"])
        #expect(relay.chain.gasPrice.description == "0.001stake")
        #expect(relay.chain.requestTimeoutNanoseconds == 10_000_000_000)
        #expect(relay.chain.transactionLifetimeBlocks == 10)
        #expect(relay.limits.inboxPackets == 20_000)
        #expect(relay.timing.reconcileNanoseconds == 30_000_000_000)
        #expect(relay.timing.longestRetryNanoseconds == 300_000_000_000)
        #expect(relay.verifierThreads == 2)
        #expect(relay.log.level == .info && !relay.log.isJSON && relay.log.file == nil)

        let topology = try #require(loaded.topology)
        #expect(topology.version == 3)
        let one = topology.members[0]
        #expect(one.chain.anchor?.height == 7)
        #expect(one.chain.anchor?.headerHash.description == ConfigurationSamples.hash)
        #expect(one.relay.keyPins.map(\.description) == [ConfigurationSamples.pin])
        #expect(one.chain.parameters.trustThreshold == .oneThird)
        #expect(one.chain.parameters.trustingPeriodNanoseconds == 14 * 86_400_000_000_000)
        #expect(one.chain.commitmentPrefix == ["ibc", ""])
        let two = topology.members[1]
        #expect(two.chain.anchor?.height == 1)
        #expect(two.relay.keyPins.map(\.description) == [ConfigurationSamples.otherPin])
        #expect(topology.routes[0].first.client == "07-tendermint-4")
        #expect(topology.routes[0].maxPacketLifetimeSeconds == 5400)
    }

    /// In which file, what is replaced by what, and how the finding begins behind "error: ".
    enum File: Sendable { case relay, topology, facts }
    static let faults: [(file: File, part: String, other: String, place: String, finding: String)] =
        [
            // Codes.
            (
                .topology, "\"330100\"", "330100", "5:15",
                "members[0].division: 330100 stands without quotes"
            ),
            (
                .topology, "\"330100000000000\"", "330100000000000", "6:18",
                "members[0].institution: 330100000000000 stands without quotes"
            ),
            (
                .topology, "\"330100\"", "\"33010\"", "5:15",
                "members[0].division: \"33010\" is no division code"
            ),
            (
                .topology, "\"330100000000000\"", "\"12330100TEXT000171\"", "6:18",
                "members[0].institution: check character 18 is 1, the code computes 0"
            ),
            (
                .relay, "\"330100/330100000000000\"", "330100", "1:9",
                "member: 330100 stands without quotes"
            ),
            (
                .relay, "\"330100/330100000000000\"", "\"330100\"", "1:9",
                "member: \"330100\" names no member"
            ),
            // Times, numbers, fractions.
            (
                .topology, "trusting_period: 14d", "trusting_period: 14", "10:24",
                "members[0].chain.trusting_period: 14 has no unit"
            ),
            (
                .topology, "trusting_period: 14d", "trusting_period: 2w", "10:24",
                "members[0].chain.trusting_period: \"w\" is no unit of time"
            ),
            (
                .topology, "trusting_period: 14d", "trusting_period: 1.5d", "10:24",
                "members[0].chain.trusting_period: \".5d\" is no unit of time"
            ),
            (
                .topology, "trusting_period: 14d", "trusting_period: 99999999999999d", "10:24",
                "members[0].chain.trusting_period: 99999999999999d is too long"
            ),
            (
                .topology, "version: 3", "version: three", "3:12",
                "topology.version: \"three\" is no whole"
            ),
            (
                .topology, "version: 3", "version: \"3\"", "3:12",
                "topology.version: \"3\" stands in quotes"
            ),
            (
                .topology, "name: sample", "name: 2026", "2:9",
                "topology.name: 2026 without quotes is a number"
            ),
            (
                .topology, "name: sample", "name: yes", "2:9",
                "topology.name: yes without quotes is a number"
            ),
            (.topology, "name: sample", "name:", "2:8", "topology.name: the value is empty"),
            // Keys.
            (
                .topology, "trusting_period:", "trusting_periode:", "10:7",
                "members[0].chain.trusting_periode: there is no key \"trusting_periode\" here; did you mean "
                    + "\"trusting_period\"?"
            ),
            (
                .relay, "  gas_price: \"0.001stake\"\n", "", "10:3",
                "chain.gas_price: the key is missing; add it, such as `gas_price: \"0.001stake\"`"
            ),
            (
                .relay, "data_directory: data", "data_directory: data\ndata_directory: other",
                "4:1",
                "key \"data_directory\" is given twice, first in line 3"
            ),
            // Shapes.
            (
                .topology, "endpoints: [\"127.0.0.1:27100\"]", "endpoints: 127.0.0.1:27100",
                "14:18",
                "members[0].relay.endpoints: a list is expected"
            ),
            (
                .relay, "listen: 127.0.0.1:27100", "listen: [127.0.0.1, 27100]", "5:11",
                "peer.listen: a single value is expected"
            ),
            (
                .relay, "listen: 127.0.0.1:27100", "listen: 27100", "5:11",
                "peer.listen: \"27100\" is no host"
            ),
            // Values.
            (
                .relay, "http://127.0.0.1:26657", "tcp://127.0.0.1:26657", "10:11",
                "chain.nodes[0]: \"tcp://127.0.0.1:26657\" is no URL"
            ),
            (
                .relay, "http://127.0.0.1:26657", "http://u:p@127.0.0.1", "10:11",
                "chain.nodes[0]: the URL carries a user name"
            ),
            (
                .relay, "\"0.001stake\"", "0.001", "12:14",
                "chain.gas_price: \"0.001\" is no gas price"
            ),
            (
                .topology, "hash: \"5a5a", "hash: \"5a5", "12:39",
                "members[0].chain.trust_anchor.hash: \"5a5"
            ),
            (
                .topology, "      trust_anchor: {", "      family: fabric\n      trust_anchor: {",
                "12:15",
                "members[0].chain.family: \"fabric\" is not known here; one of: cometbft"
            ),
            // Anchors from files.
            (
                .topology, "trust_anchor: {",
                "trust_anchor_file: facts.yaml\n      trust_anchor: {", "12:7",
                "members[0].chain.trust_anchor_file: both `trust_anchor` and `trust_anchor_file`"
            ),
            (
                .facts, "height: 1", "height: -1", "2:11",
                "trust_anchor.height: \"-1\" is no whole number"
            ),
            (.facts, "trust_anchor:", "trust_anker:", "1:1", "trust_anker: there is no key"),
            // Across files.
            (
                .relay, "330100/330100000000000", "440300/440300000000000", "1:1",
                "member: 440300/440300000000000 is no member of /etc/relay/topology.yaml"
            ),
            (
                .relay, "tls/relay.key", "tls/missing.key", "7:3",
                "peer.private_key: there is no /etc/relay/tls/missing.key"
            ),
            // YAML itself.
            (.relay, "member: \"", "member: &who \"", "1:9", "anchors (&name) are not taken"),
            (
                .relay, "topology: topology.yaml", "topology: !path topology.yaml", "2:11",
                "tags (!name)"
            ),
            (.relay, "data_directory: data", "data_directory: *who", "3:17", "aliases (*name)"),
            (.relay, "member: \"", "%YAML 1.1\n---\nmember: \"", "1:1", "directives"),
            (.relay, "chain:\n", "---\nchain:\n", "9:1", "a second document"),
            (.relay, "  listen", "\tlisten", "5:1", "no YAML"),
        ]

    @Test(arguments: faults.indices)
    func `each fault is told with file, line, column, key and a way out`(index: Int) throws {
        let (file, part, other, place, expected) = Self.faults[index]
        var (relay, topology, facts) = (
            ConfigurationSamples.relay, ConfigurationSamples.topology, ConfigurationSamples.facts
        )
        let name: String
        switch file {
        case .relay:
            relay = try ConfigurationSamples.spoil(relay, part, other)
            name = "/etc/relay/relay.yaml"
        case .topology:
            topology = try ConfigurationSamples.spoil(topology, part, other)
            name = "/etc/relay/topology.yaml"
        case .facts:
            facts = try ConfigurationSamples.spoil(facts, part, other)
            name = "/etc/relay/facts.yaml"
        }
        let loaded = ConfigurationSamples.load(relay: relay, topology: topology, facts: facts)
        let texts = loaded.findings.map(\.description)
        #expect(
            texts.contains { $0.hasPrefix("\(name):\(place): error: \(expected)") },
            "wanted \(name):\(place): error: \(expected), got \(texts)")
        #expect(loaded.hasErrors)
        for finding in loaded.findings { #expect(!finding.remedy.isEmpty) }
    }

    @Test func `all findings of both files are told at once, in order`() throws {
        var topology = ConfigurationSamples.topology
        topology = try ConfigurationSamples.spoil(topology, "\"330100\"", "330100")
        topology = try ConfigurationSamples.spoil(
            topology, "version: 3", "version: 3\n  colour: red")
        topology = try ConfigurationSamples.spoil(topology, "90m", "90")
        topology = try ConfigurationSamples.spoil(topology, "127.0.0.1:27200", "127.0.0.1")
        var relay = ConfigurationSamples.relay
        relay = try ConfigurationSamples.spoil(relay, "tls/ca.crt", "tls/other.crt")
        relay = try ConfigurationSamples.spoil(relay, "chain:\n", "log: {level: loud}\nchain:\n")
        let loaded = ConfigurationSamples.load(relay: relay, topology: topology)
        // The relay's file decodes to nothing, so its topology is not looked for.
        #expect(loaded.findings.count == 1)
        let again = ConfigurationSamples.load(
            relay: try ConfigurationSamples.spoil(relay, "loud", "debug"), topology: topology)
        #expect(
            again.findings.map { "\($0.file.suffix(13)):\($0.mark.line)" } == [
                "ay/relay.yaml:8", "topology.yaml:4", "topology.yaml:6", "topology.yaml:26",
                "topology.yaml:32",
            ])
    }

    @Test func `rules between members are told at the key they break`() throws {
        let topology = try ConfigurationSamples.spoil(
            ConfigurationSamples.topology, "unbonding_period: 21d", "unbonding_period: 14d")
        let loaded = ConfigurationSamples.load(topology: topology)
        #expect(
            loaded.findings.map(\.description) == [
                "/etc/relay/topology.yaml:10:7: error: members[0].chain.trusting_period: the trusting "
                    + "period is not shorter than the unbonding period; two thirds of the unbonding "
                    + "period is customary: it leaves time to punish who lied"
            ])
    }

    @Test func `a missing pin is a warning, and a missing facts file an error`() throws {
        let topology = try ConfigurationSamples.spoil(
            ConfigurationSamples.topology, "      key_pins_file: facts.yaml\n", "")
        let loaded = ConfigurationSamples.load(topology: topology)
        #expect(loaded.findings.map(\.isWarning) == [true])
        #expect(loaded.findings.first?.mark == Mark(line: 24, column: 5))
        #expect(!loaded.hasErrors)
        let without = ConfigurationSamples.load(facts: nil)
        #expect(
            without.findings.map(\.path) == [
                "members[1].chain.trust_anchor_file", "members[1].relay.key_pins_file",
            ])
    }

    @Test(arguments: ["bilateral", "national-hub", "yangtze-delta"])
    func `the topologies of this repository are good, their run-time facts given`(name: String)
        throws
    {
        let folder = "\(Corpus.root)/topology"
        let disk = ConfigurationFiles.disk
        let random = Generator(seed: 3)
        let files = ConfigurationFiles(
            read: { path in
                guard path.hasSuffix("facts.yaml") else { return try? Corpus.read(path) }
                var generator = random
                for byte in path.utf8 { for _ in 0..<Int(byte % 7) { _ = generator.next() } }
                let hash = Hex.encode(generator.bytes(32))
                let text = "trust_anchor: {height: 1, hash: \"\(hash)\"}\nkey_pins: [\"\(hash)\"]\n"
                return Array(text.utf8)
            }, exists: { disk.exists($0) || $0.hasSuffix("facts.yaml") })
        let loaded = ConfigurationLoader.load(either: "\(folder)/\(name).yaml", files: files)
        #expect(loaded.findings.isEmpty, "\(loaded.findings)")
        #expect(loaded.topology?.name != nil)
    }

    @Test func `the reference in the repository is what the program prints`() throws {
        let file = try Corpus.read("\(Corpus.root)/CONFIGURATION.md")
        #expect(
            String(decoding: file, as: UTF8.self) == ConfigurationReference.markdown,
            "run: cityrelay config reference > CONFIGURATION.md")
    }
}
