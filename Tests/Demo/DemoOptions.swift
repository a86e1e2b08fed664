// SPDX-License-Identifier: Apache-2.0

/// What the driver is told to do.
struct DemoOptions {
    enum Command {
        case yangtze(keeps: Bool, letters: Int, acts: [Act])
        case live(isShort: Bool, skipsWhenAbsent: Bool)
    }

    let command: Command

    struct Wrong: Error, CustomStringConvertible {
        let description: String
    }

    static let usage =
        "usage: relay-demo yangtze [--keep] [--letters N] [--acts NAME,…]\n"
        + "       relay-demo live [--short] [--skip-when-absent]"
    /// Letters that act `traffic` sends on each route.
    private static let letters = 20

    init(_ arguments: [String]) throws {
        var words = arguments.dropFirst()
        switch arguments.first {
        case "yangtze":
            var (keeps, letters, acts) = (false, DemoOptions.letters, "")
            while let word = words.popFirst() {
                switch word {
                case "--keep": keeps = true
                case "--letters":
                    let text = words.popFirst() ?? ""
                    guard let number = Int(text), number > 0 else {
                        throw Wrong(description: "--letters takes a number above 0, not `\(text)`")
                    }
                    letters = number
                case "--acts": acts = words.popFirst() ?? ""
                default: throw DemoOptions.unknown(word)
                }
            }
            do {
                let choice = try ActChoice(acts)
                command = .yangtze(keeps: keeps, letters: letters, acts: choice.acts)
            } catch {
                throw Wrong(description: "\(error)")
            }
        case "live":
            for word in words where word != "--short" && word != "--skip-when-absent" {
                throw DemoOptions.unknown(word)
            }
            command = .live(
                isShort: words.contains("--short"),
                skipsWhenAbsent: words.contains("--skip-when-absent"))
        default: throw DemoOptions.unknown(arguments.first ?? "")
        }
    }

    private static func unknown(_ word: String) -> Wrong {
        Wrong(description: "`\(word)` means nothing here\n\(usage)")
    }
}
