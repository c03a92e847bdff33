// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Takes keys out of the process list.
enum ArgumentSecrecy {
    /// Copies the arguments behind the program's name and wipes, in the memory that other processes see, the values of
    /// `-k` and `--psk` in all their spellings.
    static func takeArguments() -> [String] {
        let count = Int(CommandLine.argc)
        var arguments: [String] = []
        var nextIsKey = false
        var isLiteral = false
        for index in 1..<max(1, count) {
            guard let bytes = CommandLine.unsafeArgv[index] else { continue }
            let argument = String(cString: bytes)
            arguments.append(argument)
            if nextIsKey {
                wipe(bytes, from: 0)
                nextIsKey = false
            } else if !isLiteral, let start = keyStart(argument) {
                if start == argument.utf8.count, !argument.hasSuffix("=") {
                    nextIsKey = true
                } else {
                    wipe(bytes, from: start)
                }
            }
            if argument == "--" { isLiteral = true }
        }
        return arguments
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
