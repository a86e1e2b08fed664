// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
import RelayAPI
import RelayTransport

/// Calls the running relay's API, as the person whose certificate is given, or else as the relay
/// itself, which may look and not act.
struct RelayCaller {
    static let certificate = CommandOption(
        "certificate", value: "FILE",
        "Your certificate (PEM); else $CITYRELAY_CERTIFICATE, else the relay's own, which may look "
            + "and not act.")
    static let key = CommandOption(
        "key", value: "FILE", "Its private key (PEM); else $CITYRELAY_KEY.")

    /// Where `--key` is an authority's.
    static let certificateKey = CommandOption(
        "certificate-key", value: "FILE",
        "The private key of --certificate (PEM); else $CITYRELAY_KEY.")
    static let relay = CommandOption(
        "relay", value: "HOST:PORT",
        "The relay's API from another machine, without its configuration; with --certificate, "
            + "--key and --authorities.")
    static let authorities = CommandOption(
        "authorities", value: "FILE",
        "With --relay: certificates of those who vouch for the relay's (PEM).")

    /// What the relay says to a call that it does not answer as wished.
    struct Problem: Error, Decodable, CustomStringConvertible {
        let code: String
        let message: String
        let next: String

        var description: String { "\(code): \(message). \(next)" }
    }

    /// Nobody answers.
    struct Unreachable: Error, CustomStringConvertible {
        let address: String
        let detail: String

        var description: String {
            "relay/not-reached: \(address) does not answer: \(detail)"
        }
    }

    private let endpoint: Endpoint
    private let files: TLSContext.Files
    private let expected: ExpectedMember

    /// Nil where the configuration has no `api` section.
    init?(_ arguments: Arguments, _ relay: RelayConfiguration) throws {
        guard let api = relay.api else { return nil }
        let environment = ProcessInfo.processInfo.environment
        let certificate =
            arguments.value(RelayCaller.certificate) ?? environment["CITYRELAY_CERTIFICATE"]
        let key = RelayCaller.keyFile(arguments) ?? environment["CITYRELAY_KEY"]
        files = TLSContext.Files(
            certificate: certificate ?? relay.tls.certificate, key: key ?? relay.tls.privateKey,
            authority: api.tls.authorities,
            passphraseFile: key == nil ? relay.tls.passphraseFile : nil)
        let own = try CertificateFile(use: "api", path: api.tls.certificate)
        expected = ExpectedMember(
            divisionCode: relay.member.division.description,
            institutionCode: relay.member.institution.description, pins: [own.pin])
        let isEverywhere = ["0.0.0.0", "::", "[::]"].contains(api.listen.host)
        endpoint = isEverywhere ? Endpoint(host: "127.0.0.1", port: api.listen.port) : api.listen
    }

    private static func keyOption(_ arguments: Arguments) -> CommandOption {
        arguments.mayHave(certificateKey) ? certificateKey : key
    }

    private static func keyFile(_ arguments: Arguments) -> String? {
        arguments.value(keyOption(arguments))
    }

    /// The relay that --relay names; nil where it is not given. It must be that of the member whose
    /// certificate is given: other members' relays do not answer us.
    init?(remote arguments: Arguments) throws {
        guard let address = arguments.value(RelayCaller.relay) else { return nil }
        guard let endpoint = Endpoint(address) else {
            throw Problem(
                code: "relay/address", message: "\"\(address)\" is no host and port",
                next: "Write `listen` of the relay's `api` section: relay.example:27200.")
        }
        let environment = ProcessInfo.processInfo.environment
        guard
            let certificate =
                arguments.value(RelayCaller.certificate) ?? environment["CITYRELAY_CERTIFICATE"],
            let key = RelayCaller.keyFile(arguments) ?? environment["CITYRELAY_KEY"],
            let authority = arguments.value(RelayCaller.authorities)
        else {
            let key = RelayCaller.keyOption(arguments).name
            throw ArgumentError.missingValue("--certificate, --\(key) or --authorities")
        }
        let own: CertificateFile
        do throws(TransportError) {
            own = try CertificateFile(use: "api", path: certificate)
        } catch {
            throw Problem(
                code: "certificate/unreadable", message: error.description,
                next: "Name your own certificate (PEM) with --certificate.")
        }
        guard let holder = own.holder else {
            throw Problem(
                code: "identity/no-uri-name",
                message: "\(certificate) carries no usable cityrelay URI as alternative name",
                next: "Have it issued again with "
                    + "cityrelay://person/DIVISION/INSTITUTION/ROLE/NAME.")
        }
        self.endpoint = endpoint
        files = TLSContext.Files(
            certificate: certificate, key: key, authority: authority, passphraseFile: nil)
        // A machine without the relay's configuration has no pin of it: the authority's word and
        // the name are what it goes by. What comes back is verified, or only shown.
        expected = ExpectedMember(
            divisionCode: holder.division, institutionCode: holder.institution, pins: nil)
    }

    /// Milliseconds for one call; a trace asks the other city too.
    private static let patienceMilliseconds = 40_000

    func get<Value: Decodable>(_ path: String, _ type: Value.Type = Value.self) throws -> Value {
        try call(OutgoingRequest(method: .get, path: path), type)
    }

    func post<Value: Decodable>(
        _ path: String, _ body: some Encodable, _ type: Value.Type = Value.self
    ) throws -> Value {
        try call(
            OutgoingRequest(
                method: .post, path: path,
                headers: [HTTPHeader("content-type", "application/json")],
                body: try APIAnswer.encode(body)), type)
    }

    /// Sends a text as it stands.
    func post<Value: Decodable>(
        _ path: String, text: String, _ type: Value.Type = Value.self
    ) throws -> Value {
        try call(
            OutgoingRequest(
                method: .post, path: path, headers: [HTTPHeader("content-type", "text/plain")],
                body: Array(text.utf8)), type)
    }

    /// An answer that is text.
    func text(_ path: String) throws -> String {
        String(decoding: try body(OutgoingRequest(method: .get, path: path)), as: UTF8.self)
    }

    private func call<Value: Decodable>(
        _ request: OutgoingRequest, _ type: Value.Type
    ) throws -> Value {
        try JSONDecoder().decode(type, from: Data(try body(request)))
    }

    private func body(_ request: OutgoingRequest) throws -> [UInt8] {
        let loop = try EventLoop(name: "command")
        defer { loop.stop() }
        let client = HTTP2Client(
            loop: loop, host: endpoint.host, port: Int(endpoint.port),
            tls: try TLSContext(files: files) { _ in .unknown }, expected: expected,
            random: { 0 })
        let outcome = client.sendAndWait(
            request, deadlineMilliseconds: RelayCaller.patienceMilliseconds)
        switch outcome {
        case .failed(let failure):
            throw Unreachable(address: endpoint.description, detail: failure.error.description)
        case .response(let answer):
            if answer.status == 200 { return answer.body }
            if let problem = try? JSONDecoder().decode(Problem.self, from: Data(answer.body)) {
                throw problem
            }
            throw Unreachable(
                address: endpoint.description, detail: "it answered with status \(answer.status)")
        }
    }
}
