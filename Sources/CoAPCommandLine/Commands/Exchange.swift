// SPDX-License-Identifier: Apache-2.0

import CoAP

/// A request that was made and its response, whose body may have gone to a file already.
struct Exchange {
    /// What was asked, without a body that was streamed.
    let request: Request
    /// The response; without its body when that was written.
    let response: Response
    /// How many bytes the response's body has.
    let size: Int
    /// True when the body was written to the output.
    let isWritten: Bool

    /// Makes the request.
    ///
    /// - Parameters:
    ///   - stream: a body that is not in the request; nil for none.
    ///   - output: the file that a successful response's body is written to as it comes, where there is no body to send.
    init(
        _ request: Request, _ stream: InputBody?, on session: ClientSession, confirmable: Bool, output: String?,
        meter: TransferMeter
    ) async throws {
        self.request = request
        if let stream {
            response = try await session.upload(
                request, size: stream.size, confirmable: confirmable, progress: { meter.update($0) }, body: stream)
        } else if let output {
            (response, size) = try await session.download(
                request, confirmable: confirmable, progress: { meter.update($0) }
            ) { response, parts in
                guard response.code.isSuccess else { return (response, response.payload.count) }
                // What is still valid stays as it is.
                let file = response.code == .valid ? nil : try OutputFile(output)
                // One block that was asked for by number comes with the response.
                try file?.write(response.payload)
                var size = response.payload.count
                for try await part in parts {
                    try file?.write(part)
                    size += part.count
                }
                try file?.commit()
                return (response, size)
            }
            isWritten = response.code.isSuccess && response.code != .valid
            return
        } else {
            response = try await session.request(
                request, confirmable: confirmable, progress: { meter.update($0) })
        }
        size = response.payload.count
        isWritten = false
    }
}
