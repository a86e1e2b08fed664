// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// A digest as words that two people compare over the telephone: sixteen words for its first 128
/// bits, four a row, each row with a number that shows a misheard word.
///
/// 128 bits: whoever wants to pass off another manifest or anchor must find a second one with the
/// same words, which takes 2^128 attempts.
public struct FingerprintWords: Hashable, Sendable {
    /// The first 16 bytes of the digest.
    let bytes: [UInt8]

    static let byteCount = 16
    static let wordsPerRow = 4

    public init(_ digest: Digest) {
        bytes = Array(digest.bytes.prefix(FingerprintWords.byteCount))
    }

    /// "acorn tulip otter lemon 042", four times.
    public var rows: [String] {
        stride(from: 0, to: bytes.count, by: FingerprintWords.wordsPerRow).map { start in
            let row = bytes[start..<start + FingerprintWords.wordsPerRow]
            let words = row.map { FingerprintWords.list[Int($0)] }
            return (words + [FingerprintWords.check(row)]).joined(separator: " ")
        }
    }

    public var text: String { rows.joined(separator: "\n") }

    /// Three digits: the sum of place times word, modulo the prime 257. Finds every single wrong
    /// word and every two that are swapped.
    private static func check(_ row: ArraySlice<UInt8>) -> String {
        let sum = row.enumerated().reduce(0) { $0 + ($1.offset + 1) * Int($1.element) } % 257
        let digits = String(sum)
        return String(repeating: "0", count: 3 - digits.count) + digits
    }

    /// What comes of comparing words that were written down with a digest.
    public enum Comparison: Hashable, Sendable {
        case same
        /// The words are heard right and are another digest's.
        case different
        /// A row, counted from 1, whose words do not fit its number or its form.
        case misheard(row: Int)
    }

    /// Compares with text that somebody wrote down: words and numbers, in lines or not.
    public func compare(_ heard: String) -> Comparison {
        let parts = heard.lowercased().split { $0.isWhitespace || $0 == "," || $0 == ";" }
        let width = FingerprintWords.wordsPerRow + 1
        var bytes: [UInt8] = []
        for row in 0..<FingerprintWords.byteCount / FingerprintWords.wordsPerRow {
            guard parts.count >= (row + 1) * width else { return .misheard(row: row + 1) }
            let words = parts[row * width..<(row + 1) * width]
            var values: [UInt8] = []
            for word in words.dropLast() {
                guard let place = FingerprintWords.list.firstIndex(of: String(word)) else {
                    return .misheard(row: row + 1)
                }
                values.append(UInt8(place))
            }
            guard words.last.map(String.init) == FingerprintWords.check(values[...]) else {
                return .misheard(row: row + 1)
            }
            bytes += values
        }
        guard parts.count == width * 4 else { return .misheard(row: 4) }
        return bytes == self.bytes ? .same : .different
    }

    /// 256 short words; the n-th stands for the byte n. Any two differ in at least two letters.
    public static let list: [String] = listText.split(separator: " ").map(String.init)

    private static let listText =
        "acorn actor adobe album alpine amber anchor angel ankle apple april apron arena armor "
        + "arrow artist aspen atlas attic autumn bacon badge bagel bamboo banjo barley basin beach "
        + "beetle berry bicycle bishop blanket blossom boat bonnet bottle branch bread bridge "
        + "bronze brush bucket buffalo bugle bundle butter cabin cactus camel canoe canyon carbon "
        + "carpet castle cedar cello cherry chimney chisel circle citrus clover cobalt coconut "
        + "comet copper coral cotton cradle crayon cricket crystal cushion daisy dancer debris "
        + "delta denim desert diamond dinner doctor dolphin donkey dragon drawer drum eagle earth "
        + "echo eclipse elbow elder elephant emerald engine envelope ermine evening fabric falcon "
        + "farmer feather fiddle figure finch flute forest fossil fountain fox frame frost galaxy "
        + "garden garlic gazelle ginger giraffe glacier globe goblet gold gondola gravel guitar "
        + "gypsum hammer harbor harvest hazel helmet heron hockey honey horizon hotel hunter "
        + "iceberg igloo indigo island ivory jacket jaguar jasmine jelly jewel journal jungle kayak "
        + "kernel kettle kitchen kiwi koala ladder lagoon lantern lava lemon leopard lilac linen "
        + "lobster lotus lumber magnet mango maple marble meadow medal melon meteor mirror mosaic "
        + "museum mustard nickel noodle north nutmeg oasis oboe ocean olive onion opal orange "
        + "orchid otter oyster paddle panda paper parrot pebble pelican pencil pepper picnic pigeon "
        + "pirate planet plum prairie pumpkin puzzle quartz quilt rabbit radish raven ribbon river "
        + "rocket salmon sandal scarf shadow silver sparrow spoon statue summer sunset teapot "
        + "temple thunder tiger timber tomato trumpet tulip tunnel turtle umbrella uncle valley "
        + "vanilla velvet violin volcano walnut wander whale willow window winter wizard yogurt "
        + "zebra zenith zigzag"
}
