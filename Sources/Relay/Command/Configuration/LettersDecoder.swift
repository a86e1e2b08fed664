// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Reads section `letters`.
enum LettersDecoder {
    /// Nil where something is wrong; then there is a finding.
    static func decode(
        _ section: SectionDecoder, files: ConfigurationFiles, _ context: inout DecodingContext
    ) -> RelayConfiguration.Letters? {
        let keys = LettersKeys.self
        let base = context.file
        func resolve(_ text: String) -> String { files.resolve(text, besides: base) }
        let institution =
            section.has(keys.institution)
            ? section.value(keys.institution, &context, LettersDecoder.institution) : nil
        let applications = section.list(keys.applications, &context, ScalarParser.applicationName)
        let bank =
            section.has(keys.bankApplications)
            ? section.list(keys.bankApplications, &context, ScalarParser.applicationName)
            : applications
        let account = section.value(keys.accountKeyFile, &context, ScalarParser.text).map(resolve)
        let sealing = section.value(keys.sealingKeyFile, &context, ScalarParser.text).map(resolve)
        let retired = retired(section, &context)?.map(resolve)
        let retiredFor = section.duration(
            keys.retiredFor, milliseconds: 3_600_000...7_776_000_000, &context)
        let calendars =
            section.has(keys.calendars)
            ? section.list(keys.calendars, &context, ScalarParser.text).map { $0.map(resolve) } : []
        let institutions =
            section.has(keys.institutions)
            ? section.value(keys.institutions, &context, ScalarParser.text).map(resolve) : nil
        let signers =
            section.has(keys.calendarSigners)
            ? section.list(keys.calendarSigners, &context, LettersDecoder.signer) : []
        if calendars?.isEmpty == false, signers?.isEmpty == true {
            let place = section.place(keys.calendars)
            context.add(
                context.mark(of: place), place, "calendars without `calendar_signers`",
                "name the keys that may sign them")
        }
        var days: [Int] = []
        for key in [keys.accept, keys.remit, keys.credit, keys.negotiate] {
            if let count = section.integer(key, in: 1...250, &context) { days.append(Int(count)) }
        }
        let months = section.integer(keys.sealedMonths, in: 0...600, &context)
        let unsealed = section.choice(keys.unsealed, &context)
        let lifetime = section.duration(
            keys.lifetime, milliseconds: 60_000...82_800_000, &context)
        guard let applications, let bank, let account, let sealing, let retired, let retiredFor,
            let calendars, let signers,
            days.count == 4, let months, let unsealed, let lifetime
        else { return nil }
        return RelayConfiguration.Letters(
            institution: institution, applications: applications, bankApplications: bank,
            accountKeyFile: account, sealingKeyFile: sealing,
            retiredSealingKeyFiles: retired, retiredSealingNanoseconds: retiredFor,
            calendarFiles: calendars, calendarSigners: signers,
            institutionsFile: institutions, acceptDays: days[0],
            remitDays: days[1], creditDays: days[2], negotiateDays: days[3],
            minimumSealedMonths: Int(months), holdsUnsealed: unsealed == "hold",
            lifetimeSeconds: UInt64(clamping: lifetime / 1_000_000_000))
    }

    /// Retired keys that are tried for every word that the newest does not open.
    private static let maxRetired = 4

    private static func retired(
        _ section: SectionDecoder, _ context: inout DecodingContext
    ) -> [String]? {
        let key = LettersKeys.retired
        guard section.has(key) else { return [] }
        guard let files = section.list(key, &context, ScalarParser.text) else { return nil }
        guard files.count <= maxRetired else {
            let place = section.place(key)
            context.add(
                context.mark(of: place), place, "\(files.count) keys, \(maxRetired) are taken",
                "name those that were in use last")
            return nil
        }
        return files
    }

    private static func institution(_ scalar: YAMLScalar) throws(Complaint) -> InstitutionCode {
        let text = try ScalarParser.code(scalar)
        guard let code = try? InstitutionCode(text), code.form == .fundCentre else {
            throw Complaint(
                "\(text) is no fund centre's code", "give 15 digits that begin with its division")
        }
        return code
    }

    private static func signer(_ scalar: YAMLScalar) throws(Complaint) -> String {
        let text = try ScalarParser.text(scalar)
        guard let key = try? NoteKey(verifierKey: text), key.algorithm == .ed25519 else {
            throw Complaint(
                "it is no Ed25519 verifier key", "write NAME+ID+KEY, as C2SP signed-note has it")
        }
        return text
    }
}
