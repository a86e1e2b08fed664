// SPDX-License-Identifier: Apache-2.0

/// Bounds of letters.
public enum LetterLimits {
    /// Notes (progress, holds, repeated applications) that one letter takes: a month of daily
    /// notes.
    public static let notes = 32
    /// Refused statements that one letter remembers by name; older ones are refused by number.
    public static let refusals = 16
    /// UTF-8 bytes of one field: the remark is the longest, and 1,024 is four times its column.
    public static let fieldBytes = 1_024
    /// Fields of one message: 905 has 22.
    public static let fields = 32
    /// Letters of one batch: what one division's numbers of one day allow.
    public static let batchLines = 9_999
    /// Bytes of one batch: every line at 400 bytes, a letter's usual size, three times over.
    public static let batchBytes = 12_000_000
    /// Notices that may arrive for one letter: parts of a remittance and its corrections.
    public static let arrivals = 16
    /// Notices that wait for a letter: 300 a day for a month is far beyond any centre.
    public static let suspense = 10_000
    /// Days over which working days are counted: eleven years, longer than any letter.
    public static let countedDays = 4_018
    /// Holidays and make-up days of one year.
    public static let calendarDays = 366
    /// Bytes of a calendar file.
    public static let calendarBytes = 65_536
    /// Institutions of one list: 342 centres with all their branches and renamings, several times
    /// over.
    public static let institutions = 4_096
    /// Bytes of such a list: every line at 250 bytes.
    public static let institutionBytes = 1_048_576
    /// Bytes of a bank's serial number.
    public static let serialBytes = 64
}
