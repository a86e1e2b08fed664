// SPDX-License-Identifier: Apache-2.0

import Glibc
import TestSupport

/// Throw-away certificates of the relays, and of the people and programs that call them.
extension World {
    private var issuer: String { "\(Corpus.root)/certs/issue.sh" }

    /// Certificate and key of a relay, without their endings.
    func certificatePath(_ city: City) -> String {
        "\(directory)/certs/member-\(city.code)-\(city.institution)"
    }

    /// A throw-away authority and one certificate a relay; key pins go beside the trust anchors.
    func issueCertificates() throws -> [String: String] {
        try issueAuthority()
        var pins: [String: String] = [:]
        for city in cities { pins[city.code] = try issueCertificate(city) }
        return pins
    }

    func issueAuthority() throws { try issue(["ca"], log: "\(logs)/setup.txt") }

    /// A relay's certificate, and those of the city's people; the pin of the relay's key.
    func issueCertificate(_ city: City, keepsKey: Bool = false) throws -> String {
        let log = issueLog(city)
        try issueToRelay(city, keepsKey ? ["--keep-key"] : [])
        let words = String(decoding: try Corpus.read(log), as: UTF8.self)
            .split { $0 == " " || $0 == "\n" }
        guard let pin = words.last(where: { $0.hasPrefix("sha256:") }) else {
            throw Failure(description: "certs/issue.sh printed no pin; see \(log)")
        }
        try issueToCallers(city)
        return String(pin)
    }

    /// Another certificate for the key that is there, and the running relay is told.
    func replaceCertificate(_ city: City, _ options: [String]) throws {
        try issueToRelay(city, ["--keep-key"] + options)
        relays[city.code]?.signal(SIGHUP)
    }

    /// Another key with a certificate of its own, and the running relay is told.
    func installKey(_ key: String, of city: City) throws {
        try copySecret(key, to: certificatePath(city) + ".key")
        try replaceCertificate(city, [])
    }

    private func issueToRelay(_ city: City, _ options: [String]) throws {
        try issue(
            ["member", city.code, city.institution, "localhost", "127.0.0.1"] + options,
            log: issueLog(city))
    }

    /// An operator, an administrator, and the city's applications.
    private func issueToCallers(_ city: City) throws {
        func issue(_ kind: String, _ name: String, _ options: [String]) throws {
            try self.issue(
                [kind, city.code, city.institution, "--name", name] + options
                    + ["--as", "\(name)-\(city.code)"], log: issueLog(city))
        }
        try issue("person", "wang", ["--role", "operator"])
        try issue("person", "zhao", ["--role", "administrator"])
        for name in Application.Name.allCases { try issue("app", name.rawValue, []) }
    }

    private func issueLog(_ city: City) -> String { "\(logs)/issue-\(city.code).txt" }

    private func issue(_ words: [String], log: String) throws {
        let status = try ChildProcess.run(issuer, ["\(directory)/certs"] + words, log: log)
        guard status == 0 else {
            throw Failure(description: "\(issuer) ended with \(status); see \(log)")
        }
    }
}
