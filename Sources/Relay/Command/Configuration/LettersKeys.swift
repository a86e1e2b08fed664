// SPDX-License-Identifier: Apache-2.0

/// The keys of section `letters`.
enum LettersKeys {
    static let letters = ConfigurationKey(
        "letters", .section, .optional,
        "One fund centre's transfer letters, sent and followed by its own system through this "
            + "relay. Absent: this relay carries letters and takes part in none.")

    static let institution = ConfigurationKey(
        "institution", .code, .optional, example: "\"330100000000000\"",
        "The centre's code of 15 digits. Absent: the institution of `member`.")
    static let applications = ConfigurationKey(
        "applications", .list("names"), example: "[fund-centre]",
        "Applications that act as the centre, by the NAME in their certificates: they write letters "
            + "and say what is done with them. Every other application is refused.")
    static let bankApplications = ConfigurationKey(
        "bank_applications", .list("names"), .optional, example: "[bank-desk]",
        "Applications that bring the bank's notices: money that came, and money that went back. "
            + "Absent: those of `applications`. Named, they alone say that money came, and those of "
            + "`applications` alone which letter a sum in suspense belongs to.")
    static let accountKeyFile = ConfigurationKey(
        "account_key_file", .path, example: "centre.key",
        "secp256k1 key of the account that owns the institution on this member's chain: it signs "
            + "and pays for its letters. 64 hexadecimal digits, readable by the relay's user alone."
    )
    static let sealingKeyFile = ConfigurationKey(
        "sealing_key_file", .path, example: "sealing.key",
        "X25519 secret that opens what other centres seal to this one: 64 hexadecimal digits, "
            + "readable by the relay's user alone. Its public half is announced on their chains.")
    static let retired = ConfigurationKey(
        "retired_sealing_keys", .list("files"), .optional, example: "[sealing-2025.key]",
        "Files of sealing keys before this one, newest first, 4 at most: what was sealed to them "
            + "before the new one was known everywhere opens still.")
    static let retiredFor = ConfigurationKey(
        "retired_sealing_keys_for", .duration, .standard("14d"),
        "How long a retired key opens what comes, from the first start that names it so, 1h to "
            + "90d. Behind it words sealed to it get `letter/sealing-key-retired`.")
    static let calendars = ConfigurationKey(
        "calendars", .list("files"), .optional, example: "[calendar-2026.note]",
        "Signed working calendars, one a year. A year without one has plain weekends.")
    static let calendarSigners = ConfigurationKey(
        "calendar_signers", .list("C2SP verifier keys"), .optional,
        example: "[\"calendar.example+5a3b1c2d+AY…\"]",
        "Who may sign calendars. A calendar that none of them has signed is refused at start.")
    static let institutions = ConfigurationKey(
        "institutions", .path, .optional, example: "institutions.txt",
        "The national list of institutions (BDC909) with days of use and successors, as FORMATS.md "
            + "has it. Absent: every code that a chain has announced may be written to.")
    static let accept = ConfigurationKey(
        "accept_days", .integer, .standard("3"),
        "Working days to accept a letter (state 01), 1 to 250.")
    static let remit = ConfigurationKey(
        "remit_days", .integer, .standard("5"),
        "Working days to review, close the account and remit (state 02), 1 to 250.")
    static let credit = ConfigurationKey(
        "credit_days", .integer, .standard("3"),
        "Working days to credit the money or close a rejected letter (states 08 and 13), 1 to 250.")
    static let negotiate = ConfigurationKey(
        "negotiate_days", .integer, .standard("5"),
        "Working days to end a negotiation (state 06), 1 to 250.")
    static let sealedMonths = ConfigurationKey(
        "minimum_sealed_months", .integer, .standard("6"),
        "Months that an account must have been sealed before it is given away, 0 to 600.")
    static let unsealed = ConfigurationKey(
        "unsealed", .choice(["hold", "reject"]), .standard("hold"),
        "Whether a letter for an account that is not sealed yet, or not long enough, waits with its "
            + "clock standing still, or is rejected.")
    static let lifetime = ConfigurationKey(
        "lifetime", .duration, .standard("12h"),
        "How long a word may be on its way before it is given back, 1m to 23h.")
    static let section = ConfigurationSection(
        "letters", "",
        [
            institution, applications, bankApplications, accountKeyFile, sealingKeyFile, retired,
            retiredFor, calendars,
            calendarSigners, institutions, accept, remit, credit, negotiate, sealedMonths,
            unsealed, lifetime,
        ])
}
