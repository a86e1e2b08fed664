// SPDX-License-Identifier: Apache-2.0

import LightClient

/// The statements for what rests under keys, in `letters.db`.
final class LetterKeyTables {
    private let putVault: Statement
    private let getVault: Statement
    private let putRetired: Statement
    private let getRetired: Statement
    private let putContent: Statement
    private let getContent: Statement

    init(_ database: Database) throws {
        putVault = try database.prepare("INSERT OR REPLACE INTO letter_vault VALUES (1, ?1)")
        getVault = try database.prepare("SELECT key FROM letter_vault")
        putRetired = try database.prepare(
            "INSERT INTO letter_retired_key VALUES (?1, ?2) ON CONFLICT (public) DO NOTHING")
        getRetired = try database.prepare(
            "SELECT retired FROM letter_retired_key WHERE public = ?1")
        putContent = try database.prepare("INSERT OR REPLACE INTO letter_content VALUES (?1, ?2)")
        getContent = try database.prepare("SELECT content FROM letter_content WHERE packet = ?1")
    }

    func write(vaultKey: [UInt8]) throws {
        putVault.bind(1, copying: vaultKey)
        try putVault.run()
    }

    func write(retired key: [UInt8], at time: Timestamp) throws {
        putRetired.bind(1, copying: key)
        putRetired.bind(2, time.unixNanoseconds)
        try putRetired.run()
    }

    func write(content: [UInt8], of packet: String) throws {
        putContent.bind(1, packet)
        putContent.bind(2, copying: content)
        try putContent.run()
    }

    func vaultKey() throws -> [UInt8]? {
        defer { getVault.reset() }
        return try getVault.step() ? getVault.bytes(0) : nil
    }

    func retired(_ key: [UInt8]) throws -> Timestamp? {
        getRetired.bind(1, copying: key)
        defer { getRetired.reset() }
        return try getRetired.step()
            ? Timestamp(unixNanoseconds: getRetired.integer(0)) : nil
    }

    func content(of packet: String) throws -> [UInt8]? {
        getContent.bind(1, packet)
        defer { getContent.reset() }
        return try getContent.step() ? getContent.bytes(0) : nil
    }
}
