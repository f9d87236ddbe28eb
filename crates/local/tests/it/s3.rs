mod conditions;
mod listing;
mod multipart;
mod objects;
mod restart;
mod server;
mod sign_in;
