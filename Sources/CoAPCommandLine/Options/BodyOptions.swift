// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CoAP
import Foundation

/// Where a request's body comes from.
struct BodyOptions: ParsableArguments {
    @Option(name: [.customShort("e"), .customLong("text")], help: ArgumentHelp("The body as text.", valueName: "text"))
    var text: String?

    @Option(
        name: .shortAndLong, help: ArgumentHelp("The file with the body; - is the standard input.", valueName: "file"))
    var file: String?

    @Option(
        name: [.customShort("t"), .customLong("content-format")],
        help: ArgumentHelp("The body's format; text for -e, none for -f.", valueName: "format"))
    var contentFormat: String?

    /// The largest body that is read.
    private static let maximumSize = 1 << 20

    /// Puts the body into a request.
    ///
    /// - Throws: `CoAPError`: `invalidArgument` for contradictions, `fileUnavailable` when the file cannot be read.
    func apply(to request: inout Request, isRequired: Bool) throws(CoAPError) {
        if let contentFormat { request.options.contentFormat = try RequestOptions.format(contentFormat, "-t") }
        switch (text, file) {
        case (let text?, nil):
            request.payload = Array(text.utf8)
            if contentFormat == nil { request.options.contentFormat = .text }
        case (nil, let file?): request.payload = try Self.read(file)
        case (nil, nil):
            guard !isRequired else {
                throw CoAPError(
                    .invalidArgument,
                    "\(request.method) needs a body: give -e TEXT or -f FILE (- is the standard input)")
            }
        case (_?, _?): throw CoAPError(.invalidArgument, "there are two bodies: give -e or -f, not both")
        }
    }

    private static func read(_ file: String) throws(CoAPError) -> [UInt8] {
        let name = file == "-" ? "the standard input" : file
        let data: Data
        do {
            let handle =
                file == "-" ? FileHandle.standardInput : try FileHandle(forReadingFrom: URL(fileURLWithPath: file))
            data = try handle.read(upToCount: maximumSize + 1) ?? Data()
        } catch {
            let reason =
                FileManager.default.fileExists(atPath: file)
                ? "you have no right to, or it is a folder" : "there is no such file"
            throw CoAPError(.fileUnavailable, "\(name) cannot be read: \(reason)")
        }
        guard data.count <= maximumSize else { throw CoAPError(.tooLarge, "\(name) is larger than 1 MiB; send less") }
        return Array(data)
    }
}
