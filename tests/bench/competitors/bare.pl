#!/usr/bin/perl
use strict;
use warnings;
use JSON::PP;

my %entity = ('&' => '&amp;', '<' => '&lt;', '>' => '&gt;', '"' => '&quot;', "'" => '&#39;');
sub escaped { my ($text) = @_; $text =~ s/([&<>"'])/$entity{$1}/g; return $text }

(my $address = $ENV{REMOTE_ADDR}) =~ s/([^A-Za-z0-9_.~-])/sprintf '%%%02X', ord $1/ge;
my @uapi = ($ARGV[0], qw(--output=json Session create_webmail_session_for_self), "remote_address=$address");
open my $answer, '-|', @uapi or die $!;
my $data = decode_json(do { local $/; <$answer> })->{result}{data};
close $answer;
my $action = escaped('https://' . ($data->{hostname} // $ENV{HTTP_HOST}) . ":2096$data->{token}/login");
my $session = escaped($data->{session});
print "Status: 200 OK\nContent-Type: text/html; charset=utf-8\nCache-Control: no-store\n\n";
print qq(<!DOCTYPE html><title>Webmail</title><form method="post" action="$action">),
    qq(<input type="hidden" name="session" value="$session"><button>Open</button></form>),
    "<script>document.forms[0].submit()</script>\n";
