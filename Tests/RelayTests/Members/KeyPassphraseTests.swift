// SPDX-License-Identifier: Apache-2.0

import Glibc
import LightClient
import RelayCommand
import RelayLaboratory
import RelayTransport
import TestSupport
import Testing

// Unsafe: chmod(2) takes a C string.

/// A relay whose TLS key is encrypted, and everything that can be wrong with it.
@Suite struct KeyPassphraseTests {
    private static let credentials = Result {
        try Laboratory.issue(
            "passphrase", division: "330100", institution: "330100000000000")
    }

    /// The laboratory's key, encrypted, with its passphrase in a file.
    private func bench(
        _ words: String = "correct horse battery\nsecond line\n"
    ) throws -> (folder: ScratchFolder, files: TLSContext.Files) {
        let folder = try ScratchFolder()
        let plain = try Self.credentials.get().files
        let key = try PrivateKey(pem: Corpus.read(plain.key), passphrase: nil)
        try folder.write(
            key.pem(passphrase: Array("correct horse battery".utf8)), to: "relay.key")
        try folder.write(Array(words.utf8), to: "pass")
        _ = unsafe chmod(folder.file("pass"), 0o600)
        return (
            folder,
            TLSContext.Files(
                certificate: plain.certificate, key: folder.file("relay.key"),
                authority: plain.authority, passphraseFile: folder.file("pass"))
        )
    }

    private func refusal(_ files: TLSContext.Files) -> String {
        do {
            _ = try TLSContext(files: files) { _ in .accept }
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test func `the first line of the file opens the key, again after a change`() throws {
        let (folder, files) = try bench()
        let context = try TLSContext(files: files) { _ in .accept }
        #expect(context.own.spkiSHA256 == (try Self.credentials.get().pin))
        try folder.write(Array("something else\n".utf8), to: "pass")
        #expect(throws: TransportError.self) { try context.reload() }
        // What holds goes on.
        #expect(context.own.spkiSHA256 == (try Self.credentials.get().pin))
        try folder.write(Array("correct horse battery".utf8), to: "pass")
        try context.reload()
    }

    @Test func `a wrong passphrase, none, and one that others can read are told apart`() throws {
        var (folder, files) = try bench("a wrong one, alas\n")
        #expect(refusal(files).contains("key/wrong-passphrase"))
        #expect(refusal(files).contains(folder.file("pass")))
        files.passphraseFile = nil
        #expect(refusal(files).contains("key/no-passphrase"))
        files.passphraseFile = folder.file("missing")
        #expect(refusal(files).contains("key/unreadable"))
        (folder, files) = try bench()
        _ = unsafe chmod(folder.file("pass"), 0o644)
        #expect(refusal(files).contains("key/readable-by-others"))
    }

    @Test func `a key that is damaged, missing or another's is told`() throws {
        let (folder, files) = try bench()
        let whole = try folder.read("relay.key")
        try folder.write(Array(whole.prefix(200)), to: "relay.key")
        #expect(refusal(files).contains("key/unreadable"))
        try folder.write([], to: "relay.key")
        #expect(refusal(files).contains("key/unreadable"))
        var missing = files
        missing.key = folder.file("no.key")
        #expect(refusal(missing).contains("key/unreadable"))
        try folder.write(try PrivateKey.make(.p256).pem(passphrase: nil), to: "relay.key")
        #expect(refusal(files).contains("key values mismatch"))
    }

    @Test func `both listeners take their passphrase files from the configuration`() throws {
        func load(_ peer: String, _ api: String) -> LoadedConfiguration {
            ConfigurationLoader.load(
                relay: "/etc/relay/relay.yaml",
                files: ConfigurationSamples.files(
                    relay: """
                        member: "330100/330100000000000"
                        topology: topology.yaml
                        data_directory: data
                        peer:
                          listen: 127.0.0.1:27100
                          certificate: tls/relay.crt
                          private_key: tls/relay.key
                          authorities: tls/ca.crt
                          \(peer)
                        api:
                          listen: 127.0.0.1:27200
                          \(api)
                        chain:
                          nodes: [http://127.0.0.1:26657]
                          account_key_file: account.key
                          gas_price: "0.001stake"

                        """))
        }
        let shared = load("passphrase_file: tls/relay.pass", "login: certificate").relay
        #expect(shared?.tls.passphraseFile == "/etc/relay/tls/relay.pass")
        #expect(shared?.api?.tls.passphraseFile == "/etc/relay/tls/relay.pass")
        let lost = load("", "passphrase_file: tls/api.pass")
        #expect(
            lost.findings.contains { "\($0)".contains("the passphrase file opens no private key") },
            "\(lost.findings)")
    }
}
