// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Takes keys out of the process list.
enum ArgumentSecrecy {
    /// Copies the arguments behind the program's name, and wipes the values of `-k` and `--psk` in all their spellings from
    /// the memory that other processes see.
    static func takeArguments() -> [String] {
        let places = (1..<max(1, Int(CommandLine.argc))).compactMap { CommandLine.unsafeArgv[$0] }
        let plan = plan(places.map { String(cString: $0) })
        for (index, start) in plan.keys { wipe(places[index], from: start) }
        return plan.arguments
    }

    /// The arguments with every key in the one spelling `--psk=KEY`, and where the keys began in those given.
    ///
    /// One spelling, because the parser knows fewer than people do and would name `-kKEY` in its complaint.
    static func plan(_ given: [String]) -> (arguments: [String], keys: [(index: Int, start: Int)]) {
        var arguments: [String] = []
        var keys: [(index: Int, start: Int)] = []
        var index = 0
        while index < given.count, given[index] != "--" {
            let argument = given[index]
            defer { index += 1 }
            guard let start = keyStart(argument) else {
                arguments.append(argument)
                continue
            }
            let isInNext = start == argument.utf8.count && !argument.hasSuffix("=")
            guard !isInNext || index + 1 < given.count else {
                arguments.append(argument)
                continue
            }
            // The flags before it, `-vN` of `-vNk`.
            let flags = argument.hasPrefix("--") ? "" : String(argument.prefix { $0 != "k" })
            if flags.count > 1 { arguments.append(flags) }
            if isInNext {
                index += 1
                keys.append((index, 0))
                arguments.append("--psk=" + given[index])
            } else {
                keys.append((index, start))
                arguments.append("--psk=" + String(decoding: argument.utf8.dropFirst(start), as: UTF8.self))
            }
        }
        return (arguments + given[index...], keys)
    }

    /// Where the key begins in an argument that brings one; at the end when the next argument is the key; nil otherwise.
    static func keyStart(_ argument: String) -> Int? {
        if argument == "--psk" || argument == "-k" { return argument.utf8.count }
        if argument.hasPrefix("--psk=") { return 6 }
        if argument.hasPrefix("-k=") { return 3 }
        // `-kKEY`, and `-k` behind flags that stand together, `-vk`.
        guard argument.hasPrefix("-"), !argument.hasPrefix("--") else { return nil }
        let flags = argument.dropFirst()
        guard let position = flags.firstIndex(of: "k"), flags[..<position].allSatisfy({ "vN".contains($0) }) else {
            return nil
        }
        return argument[...position].utf8.count
    }

    private static func wipe(_ bytes: UnsafeMutablePointer<CChar>, from start: Int) {
        let length = strlen(bytes)
        for index in min(start, length)..<length { bytes[index] = CChar(UInt8(ascii: "x")) }
    }
}
