// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayConnectors
import TestSupport

/// What every relay is configured with: all its doors, so that acts can be played in any order.
extension World {
    /// The trust anchor of each chain is its first header; the topology names the files.
    func writeAnchors(pins: [String: String]) throws {
        for city in cities {
            let answer = try node(city).call(
                RPCCall("commit", [("height", "1")]), as: RPCCommitAnswer.self)
            guard let commit = answer.signed_header.commit else {
                throw Failure(description: "\(city.name)'s chain shows no first header")
            }
            try write(
                """
                trust_anchor:
                  height: 1
                  hash: "\(Hex.encode(commit.block_id.hash.bytes))"
                key_pins: ["\(pins[city.code] ?? "")"]

                """, to: "\(directory)/run/\(city.code)/facts.yaml")
        }
        guard let topologySource else { return }
        var topology = String(decoding: try Corpus.read(topologySource), as: UTF8.self)
        for city in cities where hasOffices {
            let line = "    institution: \"\(city.institution)\"\n"
            topology = topology.replacing(
                line, with: line + "    evidence_keys: [\"\(try Records.publicKey(city))\"]\n")
        }
        try write(topology, to: topologyPath)
    }

    /// One configuration file and one account key a relay.
    func writeConfigurations(nodes: [String: [String]] = [:]) throws {
        for city in cities {
            try writeConfiguration(city, nodes: nodes[city.code] ?? [city.rpc])
        }
    }

    func writeConfiguration(_ city: City, nodes: [String]? = nil) throws {
        let folder = "\(directory)/\(city.code)"
        try writeKey("relayer", of: city, to: "account")
        let urls = (nodes ?? [city.rpc]).joined(separator: ", ")
        try write(
            """
            member: "\(city.member)"
            \(members(city))
            data_directory: \(folder)
            peer:
              listen: "127.0.0.1:\(city.relayPort)"
              certificate: \(certificatePath(city)).crt
              private_key: \(certificatePath(city)).key
              authorities: \(directory)/certs/ca.crt
            api:
              listen: "127.0.0.1:\(city.apiPort)"
              login: link
            chain:
              nodes: [\(urls)]
              account_key_file: \(folder)/account.key
              gas_price: "0.001stake"
            \(try writeOffice(city))
            """, to: configurationPath(city))
    }

    /// Where the relay takes its members from.
    private func members(_ city: City) -> String {
        guard let registry else { return "topology: \(topologyPath)" }
        let anchor = (try? registry.manifest(1).digest.description) ?? ""
        return """
            federation:
              manifest: \(manifestPath(city))
              manifest_anchor: "\(anchor)"
            """
    }

    /// The files that records, licences and letters need, and the sections that name them; nothing
    /// without an office.
    private func writeOffice(_ city: City) throws -> String {
        guard hasOffices else { return "" }
        let folder = "\(directory)/\(city.code)"
        let records = Records(city: city, others: cities.filter { $0 != city })
        if registry == nil {
            try write(
                Hex.encode(Records.seed(city)) + "\n", to: "\(folder)/evidence.key", mode: 0o600)
        }
        try write(records.policy, to: "\(folder)/policy.yaml")
        // One account owns the institution on the city's chain: it sends letters and licences.
        try writeKey("bureau", of: city, to: "bureau")
        try writeKey("sealing", of: city, to: "sealing")
        return records.section(folder: folder) + """
            letters:
              applications: [fund-centre]
              account_key_file: \(folder)/bureau.key
              sealing_key_file: \(folder)/sealing.key

            """ + (try writeCalendars(city))
    }

    private func writeKey(_ role: String, of city: City, to name: String) throws {
        try write(
            Hex.encode(TestKeys.scalar(role: role, code: city.code)) + "\n",
            to: "\(directory)/\(city.code)/\(name).key", mode: 0o600)
    }
}
