// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayTransport

/// A member's own keys, read from its folder, and the requests that they prove.
struct MemberSigning {
    /// A key of an entry: what it is for, and what it is known by.
    struct Named: Hashable {
        let role: KeyRole
        let pin: Digest
    }

    let folder: String
    private let passphrase: () throws -> [UInt8]

    /// Key files of a role, by what stands before `.key`: the present key, the one that is being
    /// changed to, and the one before.
    static let suffixes = ["", ".next", ".old"]

    /// The passphrase is asked for once, and only if a key needs it.
    init(_ folder: String, _ arguments: Arguments) throws {
        self.folder = folder
        let isNeeded = KeyRole.allCases.contains { role in
            MemberSigning.suffixes.contains { suffix in
                let pem = try? MemberFiles.read(MemberKeyring.path(folder, role, suffix: suffix))
                return pem.map { String(decoding: $0, as: UTF8.self).contains("ENCRYPTED") }
                    ?? false
            }
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
        let path = MemberKeyring.path(folder, role, suffix: suffix)
        return try MemberSigning.memberKey(key(role, suffix: suffix), path)
    }

    static func memberKey(_ key: PrivateKey, _ path: String) throws -> MemberKey {
        guard let key = MemberKey(info: try info(key, path)) else {
            throw MemberFault(
                "key/type", "\(path) is no Ed25519 key",
                "make the keys with `cityrelay member init`")
        }
        return key
    }

    func pin(_ role: KeyRole = .relay, suffix: String = "") throws -> Digest {
        let path = MemberKeyring.path(folder, role, suffix: suffix)
        return try MemberSigning.pin(key(role, suffix: suffix), path)
    }

    static func pin(_ key: PrivateKey, _ path: String) throws -> Digest {
        SHA256.hash(try info(key, path))
    }

    private static func info(_ key: PrivateKey, _ path: String) throws -> [UInt8] {
        do throws(PrivateKeyFault) {
            return try key.info()
        } catch {
            throw MemberKeyring.fault(error, path)
        }
    }

    /// The member whose authority the folder holds.
    func member(in manifest: Manifest) throws -> ManifestMember {
        // A change that was broken off may have left no present key; without any, its fault is the
        // one that is told.
        let there = MemberSigning.suffixes.filter { has(.authority, suffix: $0) }
        for suffix in there.isEmpty ? [""] : there {
            let key = try memberKey(.authority, suffix: suffix)
            let found = manifest.members.first { $0.authorityKeys.contains(key) }
            if let found { return found }
        }
        throw MemberFault(
            "member/not-the-authority",
            "\(folder)/authority.key is no authority key of a member in this manifest",
            "use the folder and the manifest of one member")
    }

    /// Proves every key that the request's entry names, and that a present authority of the member
    /// asks: each is looked for by its pin among the folder's keys, since in an overlap two are
    /// right. `made` are keys that are in no file yet. Whoever leaves proves its authority alone.
    func prove(
        _ request: inout RegistrationRequest, present: ManifestMember?,
        made: [Named: PrivateKey] = [:]
    ) throws {
        var open = request.purpose == .leave ? [] : Set(request.entry.namedKeys)
        for (named, key) in made where open.remove(named) != nil {
            try MemberSigning.prove(&request, named.role, key, "the new key")
        }
        let asking = Set(present?.namedKeys.filter { $0.role == .authority } ?? [])
        var isAsked = asking.isEmpty
        for role in KeyRole.allCases {
            for suffix in MemberSigning.suffixes where has(role, suffix: suffix) {
                let needsAuthority = role == .authority && !isAsked
                guard needsAuthority || open.contains(where: { $0.role == role }) else { break }
                let named = Named(role: role, pin: try pin(role, suffix: suffix))
                let speaks = asking.contains(named)
                guard open.remove(named) != nil || (needsAuthority && speaks) else { continue }
                try prove(&request, role, suffix: suffix)
                if speaks { isAsked = true }
            }
        }
        let first = open.min { ($0.role.rawValue, $0.pin) < ($1.role.rawValue, $1.pin) }
        guard let missing = first else { return }
        throw MemberFault(
            "request/key-not-proven",
            "no file in \(folder) holds the \(missing.role.rawValue) key sha256:\(missing.pin), "
                + "which the entry names",
            "run it where all of the member's keys are, also ROLE.next.key of an open change; is "
                + "one lost, ask that it no longer count: `cityrelay member rotate` with --back or "
                + "--finish")
    }

    /// Adds the proof of a key that is here.
    func prove(
        _ request: inout RegistrationRequest, _ role: KeyRole, suffix: String = ""
    ) throws {
        try MemberSigning.prove(
            &request, role, key(role, suffix: suffix),
            MemberKeyring.path(folder, role, suffix: suffix))
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

extension ManifestMember {
    /// The keys that the entry names and that can be proven.
    var namedKeys: [MemberSigning.Named] {
        authorityKeys.compactMap(\.pin).map { MemberSigning.Named(role: .authority, pin: $0) }
            + evidenceKeys.compactMap(\.pin).map { MemberSigning.Named(role: .evidence, pin: $0) }
            + relay.keyPins.map { MemberSigning.Named(role: .relay, pin: $0) }
    }

    /// Pins of the keys of one role.
    func pins(_ role: KeyRole) -> [Digest] { namedKeys.filter { $0.role == role }.map(\.pin) }
}
