// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import LightClient
import RelayCommand
import TestSupport
import Testing

/// The key that `member init` made is the one that the relay signs with.
@Suite struct `The evidence key's file` {
    @Test func `the relay reads what member init made, with its passphrase alone`() throws {
        let bench = try MemberBench()
        try bench.member("320100", "Nanjing")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o600], ofItemAtPath: bench.path("pass"))
        let file = bench.path("Nanjing/evidence.key")
        let key = try SecretFile.evidenceKey(file, passphraseFile: bench.path("pass"))
        let made = bench.run("request @Nanjing --federation x --passphrase-file @pass")
        #expect(made.status == .success, "\(made.errors)")
        let shown = bench.run("review --file @Nanjing/request.txt --found x")
        #expect(shown.output.contains(Hex.encode(key.publicKey.bytes)), "\(shown)")
        for passphrase in [nil, "wrong", "nothing"] {
            #expect(throws: (any Error).self) {
                _ = try SecretFile.evidenceKey(
                    file, passphraseFile: passphrase.map { bench.path($0) })
            }
        }
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o644], ofItemAtPath: bench.path("pass"))
        #expect(throws: (any Error).self) {
            _ = try SecretFile.evidenceKey(file, passphraseFile: bench.path("pass"))
        }
    }

    @Test func `a seed in digits is read as before`() throws {
        let bench = try MemberBench()
        try bench.write("seed", String(repeating: "11", count: 32) + "\n")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o600], ofItemAtPath: bench.path("seed"))
        let key = try SecretFile.evidenceKey(bench.path("seed"), passphraseFile: nil)
        let same = try SigningKey.ed25519(seed: Array(repeating: 0x11, count: 32))
        #expect(key.publicKey == same.publicKey)
    }
}
