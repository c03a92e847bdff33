// SPDX-License-Identifier: Apache-2.0

/// A handler that reads a body while it comes, and the request that waits for it. Confined to the server's loop.
final class ServerUploadStream {
    let body = RequestBody()
    var task: Task<Void, Never>?
    /// The block that is not answered yet.
    var waiting: ServerExchange?
    /// True once the waiting block is the last one: the handler's response is its answer.
    var isWhole = false
    /// The handler's response, when no block waited for one.
    var response: Response?
}
