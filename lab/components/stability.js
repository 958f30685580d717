export function mount() {}
export function code() {}
