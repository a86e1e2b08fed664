// SPDX-License-Identifier: Apache-2.0

import COpenSSL

// Unsafe: OpenSSL's EVP_PKEY, BIO and PKCS#8 handles. None leaves this file.

/// Why a private key could not be used.
package enum PrivateKeyFault: Error, Hashable, Sendable {
    /// The text holds no PKCS#8 key in PEM, or one that is damaged.
    case unreadable(String)
    /// The key is encrypted and no passphrase was given.
    case passphraseNeeded
    case wrongPassphrase
    /// OpenSSL could not do it; its reason.
    case failed(String)
}

/// A private key of a member, as PKCS#8 in PEM: made, encrypted, read, used. Owns an EVP_PKEY.
///
/// `@unchecked Sendable`, because the EVP_PKEY is not changed after it was made, and OpenSSL counts
/// its users.
@safe
package final class PrivateKey: @unchecked Sendable {
    package enum Algorithm: String, Hashable, Sendable, CaseIterable {
        case ed25519, p256
    }

    private let handle: OpaquePointer

    /// scrypt's cost, as `openssl pkcs8 -scrypt` has it: 16 MiB and some 50 ms for every attempt at
    /// a passphrase.
    private static let scryptCost: UInt64 = 16_384
    /// Shorter ones are guessed, characters.
    package static let minPassphraseCount = 10

    private init(_ handle: OpaquePointer) { unsafe self.handle = unsafe handle }

    deinit { unsafe EVP_PKEY_free(handle) }

    /// Makes a key from the system's randomness.
    package static func make(_ algorithm: Algorithm) throws(PrivateKeyFault) -> PrivateKey {
        let name = algorithm == .ed25519 ? "ED25519" : "EC"
        let context = unsafe EVP_PKEY_CTX_new_from_name(nil, name, nil)
        defer { unsafe EVP_PKEY_CTX_free(context) }
        var handle: OpaquePointer?
        guard unsafe EVP_PKEY_keygen_init(context) == 1,
            unsafe algorithm == .ed25519 || EVP_PKEY_CTX_set_group_name(context, "P-256") == 1,
            unsafe EVP_PKEY_generate(context, &handle) == 1, let handle = unsafe handle
        else { throw .failed(TLSErrors.drain()) }
        return unsafe PrivateKey(handle)
    }

    /// Reads a key; the passphrase counts only where the key is encrypted.
    package init(pem: [UInt8], passphrase: [UInt8]?) throws(PrivateKeyFault) {
        ERR_clear_error()
        let text = String(decoding: pem, as: UTF8.self)
        let isEncrypted = text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----")
        let bio = unsafe pem.withUnsafeBytes { bytes in
            unsafe BIO_new(BIO_s_mem()).map { bio in
                _ = unsafe BIO_write(bio, bytes.baseAddress, Int32(bytes.count))
                return unsafe bio
            }
        }
        defer { unsafe BIO_free_all(bio) }
        let key: OpaquePointer?
        if isEncrypted {
            unsafe key = try unsafe PrivateKey.decrypt(bio, passphrase)
        } else {
            unsafe key = unsafe PEM_read_bio_PrivateKey(bio, nil, { _, _, _, _ in 0 }, nil)
        }
        guard let key = unsafe key else { throw .unreadable(TLSErrors.drain()) }
        unsafe handle = unsafe key
    }

    /// A box that opens and holds no key, or does not open, are two different mistakes.
    private static func decrypt(
        _ bio: OpaquePointer?, _ passphrase: [UInt8]?
    ) throws(PrivateKeyFault) -> OpaquePointer? {
        guard let box = unsafe PEM_read_bio_PKCS8(bio, nil, nil, nil) else {
            throw .unreadable(TLSErrors.drain())
        }
        defer { unsafe X509_SIG_free(box) }
        guard let passphrase else { throw .passphraseNeeded }
        let info = unsafe passphrase.withUnsafeBytes { bytes in
            unsafe PKCS8_decrypt(
                box, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count))
        }
        ERR_clear_error()
        guard let info = unsafe info else { throw .wrongPassphrase }
        defer { unsafe PKCS8_PRIV_KEY_INFO_free(info) }
        return unsafe EVP_PKCS82PKEY(info)
    }

    /// PKCS#8 in PEM: encrypted with AES-256 under a key that scrypt makes of the passphrase, or
    /// plain where there is none.
    package func pem(passphrase: [UInt8]?) throws(PrivateKeyFault) -> [UInt8] {
        guard let info = unsafe EVP_PKEY2PKCS8(handle) else { throw .failed(TLSErrors.drain()) }
        defer { unsafe PKCS8_PRIV_KEY_INFO_free(info) }
        let bio = unsafe BIO_new(BIO_s_mem())
        defer { unsafe BIO_free_all(bio) }
        guard let passphrase else {
            guard unsafe PEM_write_bio_PKCS8_PRIV_KEY_INFO(bio, info) == 1 else {
                throw .failed(TLSErrors.drain())
            }
            return unsafe PrivateKey.drain(bio)
        }
        // Salt and IV from the system's randomness, since none are given.
        let scheme = unsafe PKCS5_pbe2_set_scrypt(
            EVP_aes_256_cbc(), nil, 0, nil, PrivateKey.scryptCost, 8, 1)
        let box = unsafe passphrase.withUnsafeBytes { bytes in
            unsafe PKCS8_set0_pbe(
                bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count), info,
                scheme)
        }
        guard let box = unsafe box else {
            unsafe X509_ALGOR_free(scheme)
            throw .failed(TLSErrors.drain())
        }
        defer { unsafe X509_SIG_free(box) }
        guard unsafe PEM_write_bio_PKCS8(bio, box) == 1 else { throw .failed(TLSErrors.drain()) }
        return unsafe PrivateKey.drain(bio)
    }

    /// The public key's SubjectPublicKeyInfo, DER.
    package func info() throws(PrivateKeyFault) -> [UInt8] {
        let bio = unsafe BIO_new(BIO_s_mem())
        defer { unsafe BIO_free_all(bio) }
        guard unsafe i2d_PUBKEY_bio(bio, handle) == 1 else { throw .failed(TLSErrors.drain()) }
        return unsafe PrivateKey.drain(bio)
    }

    /// A certificate of this key that it signs itself, good for an hour and without a name: what
    /// a stranger shows. The caller frees it.
    @unsafe func selfSigned() -> OpaquePointer? {
        guard let certificate = unsafe X509_new() else { return nil }
        let hash = unsafe EVP_PKEY_get_base_id(handle) == EVP_PKEY_ED25519 ? nil : EVP_sha256()
        guard unsafe X509_set_version(certificate, 2) == 1,
            unsafe ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) == 1,
            unsafe X509_gmtime_adj(X509_getm_notBefore(certificate), -60) != nil,
            unsafe X509_gmtime_adj(X509_getm_notAfter(certificate), 3_600) != nil,
            unsafe X509_set_pubkey(certificate, handle) == 1,
            unsafe X509_sign(certificate, handle, hash) > 0
        else {
            unsafe X509_free(certificate)
            return nil
        }
        return unsafe certificate
    }

    /// Gives the key to a TLS context, which counts itself among its users. 1 when it is taken.
    @unsafe func use(in context: OpaquePointer) -> Int32 {
        unsafe SSL_CTX_use_PrivateKey(context, handle)
    }

    /// The 32 bytes that an Ed25519 key is made of; nil for another algorithm.
    package var ed25519Seed: [UInt8]? {
        guard unsafe EVP_PKEY_get_base_id(handle) == EVP_PKEY_ED25519 else { return nil }
        var seed = [UInt8](repeating: 0, count: 32)
        var count = seed.count
        let done = unsafe seed.withUnsafeMutableBufferPointer {
            unsafe EVP_PKEY_get_raw_private_key(handle, $0.baseAddress, &count)
        }
        return done == 1 && count == 32 ? seed : nil
    }

    /// Signs: Ed25519 with its own hash, others with SHA-256 (DER).
    package func sign(_ message: [UInt8]) throws(PrivateKeyFault) -> [UInt8] {
        let context = unsafe EVP_MD_CTX_new()
        defer { unsafe EVP_MD_CTX_free(context) }
        let hash = unsafe EVP_PKEY_get_base_id(handle) == EVP_PKEY_ED25519 ? nil : EVP_sha256()
        guard unsafe EVP_DigestSignInit(context, nil, hash, nil, handle) == 1 else {
            throw .failed(TLSErrors.drain())
        }
        // Room for RSA of 4096 bits, the largest.
        var signature = [UInt8](repeating: 0, count: 512)
        var count = signature.count
        let done = unsafe signature.withUnsafeMutableBufferPointer { output in
            unsafe message.withUnsafeBufferPointer { input in
                unsafe EVP_DigestSign(
                    context, output.baseAddress, &count, input.baseAddress, input.count)
            }
        }
        guard done == 1 else { throw .failed(TLSErrors.drain()) }
        return Array(signature.prefix(count))
    }

    /// A PKCS#10 request in PEM for a certificate of this key with a URI and host names, each a DNS
    /// name or an IP address. The caller has checked their characters.
    package func certificateRequest(
        commonName: String, uri: String, hosts: [String]
    ) throws(PrivateKeyFault) -> [UInt8] {
        let names =
            ["URI:\(uri)"]
            + hosts.map { host in
                let isAddress =
                    host.utf8.contains(0x3a)
                    || host.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2e }
                return (isAddress ? "IP:" : "DNS:") + host
            }
        let request = unsafe X509_REQ_new()
        defer { unsafe X509_REQ_free(request) }
        let subject = unsafe X509_REQ_get_subject_name(request)
        let common = Array(commonName.utf8)
        let hash = unsafe EVP_PKEY_get_base_id(handle) == EVP_PKEY_ED25519 ? nil : EVP_sha256()
        let bio = unsafe BIO_new(BIO_s_mem())
        defer { unsafe BIO_free_all(bio) }
        guard unsafe X509_REQ_set_version(request, 0) == 1,
            unsafe X509_NAME_add_entry_by_txt(
                subject, "CN", PrivateKey.utf8Text, common, Int32(common.count), -1, 0) == 1,
            unsafe X509_REQ_set_pubkey(request, handle) == 1,
            unsafe cityrelay_request_names(request, names.joined(separator: ",")) == 1,
            unsafe X509_REQ_sign(request, handle, hash) > 0,
            unsafe PEM_write_bio_X509_REQ(bio, request) == 1
        else { throw .failed(TLSErrors.drain()) }
        return unsafe PrivateKey.drain(bio)
    }

    /// MBSTRING_UTF8 of asn1.h, a macro with a cast.
    private static let utf8Text: Int32 = 0x1000

    private static func drain(_ bio: OpaquePointer?) -> [UInt8] {
        var result: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = unsafe part.withUnsafeMutableBytes {
                unsafe BIO_read(bio, $0.baseAddress, Int32($0.count))
            }
            guard count > 0 else { return result }
            result += part.prefix(Int(count))
        }
    }
}
