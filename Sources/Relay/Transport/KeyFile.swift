// SPDX-License-Identifier: Apache-2.0

import COpenSSL
import Glibc

// Unsafe: OpenSSL reads the files into our memory; stat(2) fills a struct.

/// Reads the private key of a listener, and the passphrase that opens it.
enum KeyFile {
    /// Largest key or passphrase file: an RSA key of 16,384 bits in PEM takes less, bytes.
    static let maxBytes = 65_536

    static func key(_ files: TLSContext.Files) throws(TransportError) -> PrivateKey {
        let pem = try read(files.key)
        var passphrase: [UInt8]?
        // A key that is plain needs none, and its file may be gone.
        if String(decoding: pem, as: UTF8.self).contains("ENCRYPTED"),
            let path = files.passphraseFile
        {
            passphrase = try self.passphrase(path)
        }
        do throws(PrivateKeyFault) {
            return try PrivateKey(pem: pem, passphrase: passphrase)
        } catch {
            throw fault(error, files)
        }
    }

    /// The first line. A file that others can read would open the key for them too.
    static func passphrase(_ path: String) throws(TransportError) -> [UInt8] {
        let bytes = try read(path)
        var facts = stat()
        guard unsafe stat(path, &facts) == 0, facts.st_mode & 0o077 == 0 else {
            throw TransportError(
                .badCredentials,
                "key/readable-by-others: \(path) can be read by others. Run: chmod 600 \(path)")
        }
        return Array(bytes.prefix { $0 != 0x0a && $0 != 0x0d })
    }

    private static func fault(
        _ error: PrivateKeyFault, _ files: TLSContext.Files
    ) -> TransportError {
        let text =
            switch error {
            case .unreadable(let reason):
                "key/unreadable: \(files.key) holds no private key in PEM (\(reason)). Restore it "
                    + "from its backup, or rotate the relay's key."
            case .passphraseNeeded:
                "key/no-passphrase: \(files.key) is encrypted. Name the file that holds its "
                    + "passphrase with passphrase_file."
            case .wrongPassphrase:
                "key/wrong-passphrase: the passphrase in \(files.passphraseFile ?? "-") does not "
                    + "open \(files.key). Correct its first line; a passphrase that is lost "
                    + "cannot be restored: rotate the relay's key."
            case .failed(let reason): "key \(files.key): \(reason)"
            }
        return TransportError(.badCredentials, text)
    }

    private static func read(_ path: String) throws(TransportError) -> [UInt8] {
        ERR_clear_error()
        guard let bio = unsafe BIO_new_file(path, "rb") else {
            throw TransportError(
                .badCredentials,
                "key/unreadable: \(path) cannot be read (\(TLSErrors.drain())). Check the path and "
                    + "its owner.")
        }
        defer { unsafe BIO_free_all(bio) }
        var bytes = [UInt8](repeating: 0, count: maxBytes)
        let count = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe BIO_read(bio, buffer.baseAddress, Int32(buffer.count))
        }
        return Array(bytes.prefix(max(0, Int(count))))
    }
}
