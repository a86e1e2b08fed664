// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayTransport

/// A member's own keys, read from its folder, and the requests that they prove.
struct MemberSigning {
    let folder: String
    private let passphrase: () throws -> [UInt8]

    /// The passphrase is asked for once, and only if a key needs it.
    init(_ folder: String, _ arguments: Arguments) throws {
        self.folder = folder
        let isNeeded = KeyRole.allCases.contains { role in
            let pem = try? MemberFiles.read(MemberKeyring.path(folder, role))
            return pem.map { String(decoding: $0, as: UTF8.self).contains("ENCRYPTED") } ?? false
        }
        let words = isNeeded ? try MemberKeyring.passphrase(arguments) : []
        passphrase = { words }
    }

    /// The private key of a role; `suffix` names one that is being changed to.
    func key(_ role: KeyRole, suffix: String = "") throws -> PrivateKey {
        try MemberKeyring.read(MemberKeyring.path(folder, role, suffix: suffix), passphrase)
    }

    func has(_ role: KeyRole, suffix: String) -> Bool {
        MemberFiles.exists(MemberKeyring.path(folder, role, suffix: suffix))
    }

    /// An authority's or evidence's public key.
    func memberKey(_ role: KeyRole, suffix: String = "") throws -> MemberKey {
        let info = try info(key(role, suffix: suffix), role, suffix)
        guard let key = MemberKey(info: info) else {
            throw MemberFault(
                "key/type",
                "\(MemberKeyring.path(folder, role, suffix: suffix)) is no Ed25519 key",
                "make the keys with `cityrelay member init`")
        }
        return key
    }

    func pin(suffix: String = "") throws -> Digest {
        SHA256.hash(try info(key(.relay, suffix: suffix), .relay, suffix))
    }

    private func info(
        _ key: PrivateKey, _ role: KeyRole, _ suffix: String
    ) throws -> [UInt8] {
        do throws(PrivateKeyFault) {
            return try key.info()
        } catch {
            throw MemberKeyring.fault(error, MemberKeyring.path(folder, role, suffix: suffix))
        }
    }

    /// Adds the proof of a key that is here.
    func prove(
        _ request: inout RegistrationRequest, _ role: KeyRole, suffix: String = ""
    ) throws {
        try MemberSigning.prove(
            &request, role, key(role, suffix: suffix),
            MemberKeyring.path(folder, role, suffix: suffix))
    }

    /// Adds the proof of every key of the folder that the entry names, or that speaks for the
    /// member today: those that are in use, and those that are being changed to.
    func proveAll(_ request: inout RegistrationRequest, present: ManifestMember?) throws {
        let speaks = Set((present?.authorityKeys ?? []).compactMap(\.pin))
        for role in KeyRole.allCases {
            let entry = request.entry
            var wanted: Set<Digest> =
                switch role {
                case .authority: Set(entry.authorityKeys.compactMap(\.pin))
                case .evidence: Set(entry.evidenceKeys.compactMap(\.pin))
                case .relay: Set(entry.relay.keyPins)
                }
            // Whoever leaves proves nothing but that it is the one.
            if request.purpose == .leave { wanted = [] }
            if role == .authority { wanted.formUnion(speaks) }
            guard !wanted.isEmpty else { continue }
            for suffix in ["", ".next", ".old"] where has(role, suffix: suffix) {
                let key = try key(role, suffix: suffix)
                guard wanted.remove(SHA256.hash(try info(key, role, suffix))) != nil else {
                    continue
                }
                try prove(&request, role, suffix: suffix)
            }
        }
    }

    static func prove(
        _ request: inout RegistrationRequest, _ role: KeyRole, _ key: PrivateKey, _ path: String
    ) throws {
        do throws(PrivateKeyFault) {
            request.proofs.append(
                KeyProof(
                    role: role, info: try key.info(), signature: try key.sign(request.signBytes)))
        } catch {
            throw MemberKeyring.fault(error, path)
        }
    }
}
