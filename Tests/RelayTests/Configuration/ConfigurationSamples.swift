// SPDX-License-Identifier: Apache-2.0

import RelayCommand
import Testing

/// Good files, to be spoilt in one place.
enum ConfigurationSamples {
    static let hash = String(repeating: "5a", count: 32)
    static let pin = String(repeating: "c3", count: 32)
    static let otherPin = String(repeating: "d4", count: 32)

    static let topology = """
        topology:
          name: sample
          version: 3
        members:
          - division: "330100"
            institution: "330100000000000"
            name: Hangzhou
            chain:
              id: hangzhou-330100-1
              trusting_period: 14d
              unbonding_period: 21d
              trust_anchor: {height: 7, hash: "\(hash)"}
            relay:
              endpoints: ["127.0.0.1:27100"]
              key_pins: ["sha256:\(pin)"]
          - division: "110000"
            institution: "110000000000000"
            name: Beijing
            chain:
              id: beijing-110000-1
              trusting_period: 14d
              unbonding_period: 21d
              trust_anchor_file: facts.yaml
            relay:
              endpoints: ["127.0.0.1:27200"]
              key_pins_file: facts.yaml
        routes:
          - first: "330100/330100000000000"
            second: "110000/110000000000000"
            first_client: 07-tendermint-4
            max_packet_lifetime: 90m

        """

    static let facts = """
        trust_anchor:
          height: 1
          hash: "\(hash)"
        key_pins: ["\(otherPin)"]

        """

    static let relay = """
        member: "330100/330100000000000"
        topology: topology.yaml
        data_directory: data
        peer:
          listen: 127.0.0.1:27100
          certificate: tls/relay.crt
          private_key: tls/relay.key
          authorities: tls/ca.crt
        chain:
          nodes: [http://127.0.0.1:26657, "http://127.0.0.1:26667"]
          account_key_file: account.key
          gas_price: "0.001stake"

        """

    /// Both files and all that they name, under /etc/relay.
    static func files(
        relay: String = relay, topology: String = topology, facts: String? = facts
    ) -> ConfigurationFiles {
        var contents = [
            "/etc/relay/relay.yaml": relay, "/etc/relay/topology.yaml": topology,
            "/etc/relay/tls/relay.crt": "x", "/etc/relay/tls/relay.key": "x",
            "/etc/relay/tls/ca.crt": "x", "/etc/relay/account.key": "x", "/etc/relay/data": "",
        ]
        contents["/etc/relay/facts.yaml"] = facts
        return ConfigurationFiles(contents)
    }

    static func load(
        relay: String = relay, topology: String = topology, facts: String? = facts
    ) -> LoadedConfiguration {
        ConfigurationLoader.load(
            relay: "/etc/relay/relay.yaml",
            files: files(relay: relay, topology: topology, facts: facts))
    }

    /// The text with its only occurrence of a part replaced.
    static func spoil(_ text: String, _ part: String, _ other: String) throws -> String {
        let pieces = text.components(separatedBy: part)
        try #require(pieces.count >= 2, "\(part) is not in the sample")
        return pieces[0] + other + pieces.dropFirst().joined(separator: part)
    }
}

extension String {
    fileprivate func components(separatedBy part: String) -> [String] {
        split(separator: part, omittingEmptySubsequences: false).map(String.init)
    }
}
