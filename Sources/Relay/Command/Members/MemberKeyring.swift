// SPDX-License-Identifier: Apache-2.0

import Federation
import Glibc
import LightClient
import RelayTransport

// Unsafe: getpass(3) hands out a C string, stat(2) fills a struct.

/// The keys in a member's folder, and how their passphrase is asked for.
enum MemberKeyring {
    static let passphraseFile = CommandOption(
        "passphrase-file", value: "FILE",
        "A file whose first line is the passphrase; asked for at the terminal where none is given.")

    /// Names in the folder that `member init` fills.
    static func path(_ folder: String, _ role: KeyRole, suffix: String = "") -> String {
        "\(folder)/\(role.rawValue)\(suffix).key"
    }

    /// The passphrase from its file or from the terminal. A new one is asked for twice.
    static func passphrase(_ arguments: Arguments, isNew: Bool = false) throws -> [UInt8] {
        let text: String
        if let path = arguments.value(passphraseFile) {
            let all = String(decoding: try MemberFiles.read(path), as: UTF8.self)
            text = all.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        } else {
            text = try ask("Passphrase: ")
            if isNew, try ask("The same again: ") != text {
                throw MemberFault(
                    "key/passphrase-differs", "the two passphrases differ", "try again")
            }
        }
        if isNew, text.count < PrivateKey.minPassphraseCount {
            throw MemberFault(
                "key/passphrase-short",
                "the passphrase has \(text.count) characters, fewer than "
                    + "\(PrivateKey.minPassphraseCount)",
                "take four words or more")
        }
        return Array(text.utf8)
    }

    private static func ask(_ prompt: String) throws -> String {
        guard isatty(STDIN_FILENO) == 1, let text = unsafe getpass(prompt) else {
            throw MemberFault(
                "key/no-passphrase", "there is no terminal to ask for the passphrase",
                "give --passphrase-file FILE")
        }
        return unsafe String(cString: text)
    }

    /// Reads a private key. One that others can read is refused: it would be theirs too.
    static func read(_ path: String, _ passphrase: () throws -> [UInt8]) throws -> PrivateKey {
        let pem = try MemberFiles.read(path)
        let mode = mode(path) ?? 0o777
        guard mode & 0o077 == 0 else {
            throw MemberFault(
                "key/readable-by-others", "\(path) has mode \(String(mode, radix: 8))",
                "run: chmod 600 \(path)")
        }
        let isEncrypted = String(decoding: pem, as: UTF8.self).contains("ENCRYPTED")
        do throws(PrivateKeyFault) {
            return try PrivateKey(pem: pem, passphrase: nil)
        } catch {
            guard isEncrypted, error == .passphraseNeeded else { throw fault(error, path) }
        }
        let words = try passphrase()
        do throws(PrivateKeyFault) {
            return try PrivateKey(pem: pem, passphrase: words)
        } catch {
            throw fault(error, path)
        }
    }

    /// The file's permissions; nil when they cannot be read.
    static func mode(_ path: String) -> Int? {
        var facts = stat()
        guard unsafe stat(path, &facts) == 0 else { return nil }
        return Int(facts.st_mode & 0o777)
    }

    /// An authority's or evidence's key, which signs in our own code.
    static func signingKey(
        _ path: String, _ passphrase: () throws -> [UInt8]
    ) throws -> SigningKey {
        let key = try read(path, passphrase)
        guard let seed = key.ed25519Seed, let signing = try? SigningKey.ed25519(seed: seed) else {
            throw MemberFault(
                "key/type", "\(path) is no Ed25519 key: it cannot sign for the federation",
                "give the authority key that `cityrelay member init` made")
        }
        return signing
    }

    static func fault(_ error: PrivateKeyFault, _ path: String) -> MemberFault {
        switch error {
        case .unreadable(let reason):
            MemberFault(
                "key/unreadable", "\(path) holds no private key in PEM (\(reason))",
                "restore it from its backup, or make new keys and ask for a change")
        case .passphraseNeeded:
            MemberFault(
                "key/no-passphrase", "\(path) is encrypted", "give --passphrase-file FILE")
        case .wrongPassphrase:
            MemberFault(
                "key/wrong-passphrase", "the passphrase does not open \(path)",
                "try again; nobody can restore a passphrase that is lost: then make new keys")
        case .failed(let reason):
            MemberFault(
                "key/failed", "\(path): OpenSSL says: \(reason)",
                "run `openssl pkey -in \(path)` and see whether it reads the key")
        }
    }
}
